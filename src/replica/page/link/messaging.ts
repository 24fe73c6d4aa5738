import type {
  Added,
  ChangeMessage,
  Content,
  Deed,
  Message,
  MessageContext,
} from '../../../contracts/replica-message.ts';
import { idbAll, idbDelete, idbPut } from '../keys/idb.ts';
import { onlyAName } from '../loader/stub.ts';
import { changeShown, changesAnother } from '../messages/changes.ts';
import { numberOf } from '../messages/fields.ts';
import { attributesOf, contentOf, contextAttributes, contextOf, type OutgoingMessage } from '../messages/kinds.ts';
import { attachMedia } from '../model/media.ts';
import { Chat, type Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Status } from '../model/statuses.ts';
import { Wid } from '../model/wid.ts';
import { isMe, meet, meIn, type Page } from '../shared/page.ts';

/** A message as the profile stores it; `order` rises with the sequence in which the page has the messages. */
type KeptMessage = Message & { viewed: boolean; order: number };

/** Messages of a chat that the page loads at once. */
const pageSize = 50;
/** How many messages are written in one transaction. */
const storedAtOnce = 1_000;

/** Messages that the page loads before it lets other code run. */
const loadedAtOnce = 500;

/** A timer takes no longer time, in milliseconds; no page lives so long. */
const longestTimer = 2 ** 31 - 1;

/** What `addAndSendMsgToChat` resolves to when the server has the message. */
interface SendResult {
  messageSendResult: 'OK' | 'ERROR_UNKNOWN';
  t: number;
  count: null;
}

/** A message as it was sent or received. */
interface MessageEntry {
  /** The key under which the profile has it; a revoked message shows another one. */
  key: MsgKey;
  wire: Message;
  order: number;
  viewed: boolean;
  /** Undefined for a change, and for a message that the page has not loaded. */
  msg?: Msg;
}

/** Sends and receives messages and acks, and stores them in the profile. */
export class Messaging {
  private readonly page: Page;
  /** Sent messages without an ack of the server, by id. */
  private readonly unsent = new Map<
    string,
    { wire: Message; done: (result: SendResult['messageSendResult']) => void }
  >();
  /** By chat and id. */
  private readonly entries = new Map<string, MessageEntry>();
  /** Changes by chat and id of the message that they are about, which may come later. */
  private readonly changes = new Map<string, { key: MsgKey; message: ChangeMessage }[]>();
  /** Messages that the page has not loaded, by chat, oldest first. */
  private readonly unloaded = new Map<string, MessageEntry[]>();
  /** Places of the earliest and of the latest message. */
  private order = { first: 0, last: 0 };

  constructor(page: Page) {
    this.page = page;
    page.msgs.loadStored = (keys) => this.loadStored(keys);
    page.statuses.isMe = (wid) => isMe(page, wid);
    page.statuses.sendRead = (msg) => {
      page.link.sendOnline({ type: 'receipt', ids: [msg.id.id], chat: String(msg.id.remote), ack: 3 });
      msg.set({ viewed: true }, { silent: true });
      void this.store(msg.id);
    };
  }

  /**
   * Adds a message from the server, or changes one. The receipt is sent once the profile has stored the message: until then the server
   * delivers it again.
   */
  receive(message: Message): void {
    const { page } = this;
    const key = this.keyOf(message);
    const known = this.entries.get(indexOf(key));
    if (known) this.fill(known, message);
    else this.add(key, message);
    if (!known && isRead(message) && !key.fromMe) this.placeOf(key).unreadCount += 1;
    void this.store(key).then(() => {
      page.link.sendOnline({ type: 'receipt', ids: [message.id], chat: String(key.remote), ack: 2 });
    });
  }

  /** Adds a part of the history, oldest first, before all that the page has: the latest part comes first. */
  async receiveHistory(messages: readonly Message[]): Promise<void> {
    const missing = messages.map((wire) => ({ key: this.keyOf(wire), wire }));
    const added = missing.filter(({ key }) => !this.entries.has(indexOf(key)));
    this.order.first -= added.length;
    const { first } = this.order;
    const entries = added.map((one, i): MessageEntry => ({ ...one, order: first + i, viewed: true }));
    this.keepUnloaded(entries);
    await this.loadLatest();
    void this.storeAll(entries);
  }

  /**
   * The messages of a chat before the first one that the page shows, oldest first: as many as it loads at once. None when it has no more.
   */
  loadEarlier(chat: Chat): Msg[] {
    const earlier = this.unloaded.get(String(chat.id)) ?? [];
    return this.load(chat, earlier.splice(-pageSize));
  }

  /**
   * Adds the message to its chat at once; the second promise is the server's ack.
   *
   * @throws Error for what the replica's server would not deliver unchanged; it is reported as a stub.
   */
  send(chat: Chat, outgoing: OutgoingMessage): [added: Promise<Msg>, sent: Promise<SendResult>] {
    const { page } = this;
    const content = notDelivered(chat) ?? contentOf(outgoing, chat);
    if (typeof content === 'string') {
      throw onlyAName('WAWebSendMsgChatAction', 'addAndSendMsgToChat', page.report, content);
    }
    const quoted = this.quotedBy(outgoing);
    const wire: Message = {
      id: outgoing.id.id,
      from: String(meIn(page, chat.id)),
      to: String(chat.id),
      content,
      t: outgoing.t,
      ack: 0,
      ...(quoted && { quoted }),
      ...contextOf(outgoing),
    };
    const isEphemeral = numberOf(outgoing.ephemeralDuration) && { isEphemeral: true };
    const [msg] = page.msgs.add({ ...outgoing, ...isEphemeral, chat });
    if (!msg) throw new Error('the message was not added');
    this.keep(chat, msg, wire);
    void this.store(msg.id);
    return [Promise.resolve(msg), this.transmit(wire)];
  }

  /** Takes a message that code in the page has made and sent itself. */
  adopt(chat: Chat, msg: Msg, wire: Message): void {
    if (this.entries.has(indexOf(msg.id))) return;
    msg.set({ serverId: wire.serverId }, { silent: true });
    this.page.msgs.add(msg);
    this.keep(chat, msg, wire);
    void this.store(msg.id);
  }

  /** Id of the oldest message that the profile has of a chat; null when it has none. */
  oldestOf(chat: Chat): string | null {
    const [oldest] = this.unloaded.get(String(chat.id)) ?? [];
    const shown = chat.msgs.findFirst(() => true);
    // A message that was revoked shows the key of its revocation.
    const key = (shown?.get('protocolMessageKey') as MsgKey | undefined) ?? shown?.id;
    return oldest?.wire.id ?? key?.id ?? null;
  }

  /** Sends what code in the page has made no `Msg` of, such as a status or a change; resolves when the server has it. */
  async post(to: Wid, content: Content, context: MessageContext = {}, id?: string): Promise<SendResult> {
    const { page } = this;
    const wire: Message = {
      id: id ?? (await page.MsgKey.newId()),
      from: String(meIn(page, to)),
      to: String(to),
      content,
      t: Math.floor(Date.now() / 1000),
      ack: 0,
      ...context,
    };
    const key = this.keyOf(wire);
    this.add(key, wire);
    void this.store(key);
    return this.transmit(wire);
  }

  /** Sends a message on to another chat; resolves when the server has it. */
  async forward(chat: Chat, msg: Msg): Promise<SendResult> {
    const entry = this.entries.get(indexOf((msg.get('protocolMessageKey') as MsgKey | undefined) ?? msg.id));
    const content = notDelivered(chat) ?? (entry && this.currentContent(entry)) ?? 'for a message that is not there';
    if (typeof content === 'string') {
      throw onlyAName('WAWebChatForwardMessage', 'forwardMessages', this.page.report, content);
    }
    const score = Number(msg.get('forwardingScore') ?? 0);
    // What an account wrote itself is not marked as forwarded. [assumed]
    const isOwn = msg.id.fromMe && score === 0;
    return this.post(chat.id, content, isOwn ? {} : { forwardingScore: score + 1 });
  }

  /** Changes a message of a chat, here and for its other members; resolves when the server has the change. */
  async change(target: Msg, deed: Deed, context: MessageContext = {}): Promise<SendResult> {
    const author = target.id.fromMe
      ? meIn(this.page, target.id.remote)
      : ((target.get('author') as Wid | undefined) ?? target.from);
    const content = { ...deed, target: { id: target.id.id, from: String(author) }, at: Date.now() };
    return this.post(target.id.remote, content, context);
  }

  acknowledge(chat: string, ids: readonly string[], ack: number): void {
    for (const id of ids) {
      const entry = this.entries.get(`${chat} ${id}`);
      entry?.msg?.updateAck(ack);
      if (entry && !entry.msg) entry.wire.ack = Math.max(entry.wire.ack, ack);
      this.unsent.get(id)?.done(ack < 0 ? 'ERROR_UNKNOWN' : 'OK');
      this.unsent.delete(id);
      if (entry) void this.store(entry.key);
    }
  }

  /** Sends again what the server has not acknowledged, after a new login. */
  resend(): void {
    for (const { wire } of this.unsent.values()) this.page.link.send({ type: 'send', message: wire });
  }

  /** Marks the chat as read. */
  markSeen(chat: Chat): void {
    const unread = chat.msgs.filter(isUnread);
    if (unread.length > 0) {
      const ids = unread.map((msg) => msg.id.id);
      this.page.link.sendOnline({ type: 'receipt', ids, chat: String(chat.id), ack: 3 });
      for (const msg of unread) {
        msg.set({ viewed: true }, { silent: true });
        void this.store(msg.id);
      }
    }
    chat.unreadCount = 0;
  }

  /** Removes the messages of a chat up to the last one of them; none of a chat without that one. */
  clear(chat: Chat, last: string | null): void {
    const all = [...this.entries.values()].filter(({ key }) => chat.id.equals(key.remote));
    all.sort((a, b) => a.order - b.order);
    const end = all.findIndex(({ wire }) => wire.id === last) + 1;
    void this.drop(all.slice(0, end));
    const latest = chat.msgs.last();
    chat.set({ lastReceivedKey: latest?.id, unreadCount: chat.msgs.filter(isUnread).length });
  }

  /** Forgets messages on this device only. Programs that listen hear of each. */
  async forget(msgs: readonly Msg[]): Promise<void> {
    const wanted = new Set(msgs);
    await this.drop([...this.entries.values()].filter(({ msg }) => msg && wanted.has(msg)));
  }

  /** The message whose key had this text when it came: that of a revoked one is another one. */
  withKeyText(text: string): Msg | undefined {
    const [, chat, id] = text.split('_');
    const entry = this.entries.get(`${chat} ${id}`);
    return entry && this.msgOf(entry);
  }

  /** Restores the messages of the profile, in the sequence in which the page had them. */
  async restore(): Promise<void> {
    const kept = (await idbAll('model-storage', 'message')) as KeptMessage[];
    const entries = kept.map(({ viewed, order, ...wire }) => ({ key: this.keyOf(wire), wire, order, viewed }));
    entries.sort((a, b) => a.order - b.order);
    this.order = { first: entries[0]?.order ?? 0, last: entries.at(-1)?.order ?? 0 };
    this.keepUnloaded(entries);
    for (const { key, viewed } of entries) if (!viewed) this.placeOf(key).unreadCount += 1;
    await this.loadLatest();
  }

  private transmit(wire: Message): Promise<SendResult> {
    const sent = new Promise<SendResult>((resolve) => {
      this.unsent.set(wire.id, {
        wire,
        done: (messageSendResult) => resolve({ messageSendResult, t: wire.t, count: null }),
      });
    });
    this.page.link.send({ type: 'send', message: wire });
    return sent;
  }

  /**
   * Keys of messages in a group and in the status name their author. The messages about what happened in a group come from the group, also when the
   * account did it.
   */
  private keyOf({ id, from, to, content }: Message): MsgKey {
    const author = new Wid(from);
    const chat = new Wid(to);
    const fromMe = content.kind !== 'group-event' && isMe(this.page, author);
    return new this.page.MsgKey({
      fromMe,
      remote: fromMe || isShared(chat) ? chat : author,
      id,
      participant: isShared(chat) ? author : undefined,
      self: fromMe ? 'out' : 'in',
    });
  }

  private add(key: MsgKey, wire: Message): void {
    this.order.last += 1;
    const entry: MessageEntry = { key, wire, order: this.order.last, viewed: false };
    this.entries.set(indexOf(key), entry);
    if (changesAnother(wire)) this.addChange(entry, wire, true);
    else this.show(this.placeOf(key), [this.hydrate(entry, true)]);
  }

  /** Keeps a change of a message, and changes the message if it is there. */
  private addChange({ key }: MessageEntry, message: ChangeMessage, isFresh: boolean): void {
    const index = `${key.remote} ${message.content.target.id}`;
    this.changes.set(index, [...(this.changes.get(index) ?? []), { key, message }]);
    const changed = this.entries.get(index);
    const target = isFresh && changed ? this.msgOf(changed) : changed?.msg;
    if (target) changeShown(this.page, { target, key, message, isFresh });
  }

  /** Keeps messages that come before all others, oldest first, without loading them. */
  private keepUnloaded(entries: readonly MessageEntry[]): void {
    const byChat = new Map<string, MessageEntry[]>();
    for (const entry of entries) {
      this.entries.set(indexOf(entry.key), entry);
      if (changesAnother(entry.wire)) {
        this.addChange(entry, entry.wire, false);
        continue;
      }
      const chat = String(entry.key.remote);
      const ofChat = byChat.get(chat);
      if (ofChat) ofChat.push(entry);
      else byChat.set(chat, [entry]);
    }
    for (const [chat, earlier] of byChat) this.unloaded.set(chat, [...earlier, ...(this.unloaded.get(chat) ?? [])]);
  }

  /**
   * Loads the latest messages of each chat, those that are unread among them, and all of the status and of channels. As on the real page, other
   * code runs meanwhile: programs attach their listeners during a long sync.
   */
  private async loadLatest(): Promise<void> {
    let sincePause = 0;
    for (const earlier of this.unloaded.values()) {
      const [oldest] = earlier;
      if (!oldest) continue;
      if (sincePause >= loadedAtOnce) {
        await new Promise((done) => setTimeout(done));
        sincePause = 0;
      }
      sincePause += earlier.length;
      const place = this.placeOf(oldest.key);
      if (place instanceof Status) {
        for (const entry of earlier.splice(0)) this.load(this.placeOf(entry.key), [entry]);
        continue;
      }
      const unread = earlier.findIndex(({ viewed }) => !viewed);
      const most = oldest.key.remote.isNewsletter() ? Infinity : pageSize - place.msgs.length;
      const count = Math.max(most, unread < 0 ? 0 : earlier.length - unread);
      if (count > 0) this.load(place, earlier.splice(-count));
      place.msgs.msgLoadState.noEarlierMsgs = earlier.length === 0;
    }
  }

  /** Shows messages before those that their place shows. */
  private load(place: Chat | Status, entries: readonly MessageEntry[]): Msg[] {
    const msgs = entries.flatMap((entry) => this.msgOf(entry) ?? []);
    if (msgs.length > 0) this.show(place, msgs, place instanceof Chat ? 0 : undefined);
    return msgs;
  }

  private show(place: Chat | Status, msgs: readonly Msg[], at?: number): void {
    place.msgs.add(msgs, at === undefined ? {} : { at });
    const latest = place.msgs.last();
    const totalCount = place instanceof Status && { totalCount: place.msgs.length };
    place.set({ t: latest?.t, lastReceivedKey: latest?.id, ...totalCount });
  }

  /** The message, which is loaded if it was not; undefined for a change. */
  private msgOf(entry: MessageEntry): Msg | undefined {
    return changesAnother(entry.wire) ? undefined : (entry.msg ?? this.hydrate(entry, false));
  }

  private hydrate(entry: MessageEntry, fresh: boolean): Msg {
    const { page } = this;
    const { key: id, wire: message } = entry;
    const { fromMe, remote } = id;
    const from = new Wid(message.from);
    const to = new Wid(message.to);
    const isFromGroup = isShared(to) && !fromMe;
    if (!fromMe && message.fromAlt) {
      meet(page, from, new Wid(message.fromAlt), message.pushname ? { pushname: message.pushname } : {});
    }
    const place = this.placeOf(id);
    const [msg] = page.msgs.add({
      id,
      from: isFromGroup ? to : from,
      to: isFromGroup ? page.me?.pn : to,
      ...(isShared(to) && { author: from }),
      ...(message.serverId && { serverId: message.serverId }),
      ...(remote.isStatus() && { isStatusV3: true, broadcast: true }),
      ...attributesOf(message.content as Added),
      ...contextAttributes(message),
      t: message.t,
      ack: fromMe ? message.ack : Math.max(1, message.ack),
      isNewMsg: fresh,
      recvFresh: fresh,
      notifyName: message.pushname ?? '',
      self: fromMe ? 'out' : 'in',
      viewed: entry.viewed,
      ...(place instanceof Chat && { chat: place }),
    });
    if (!msg) throw new Error('the message was not added');
    entry.msg = msg;
    this.watchExpiry(entry);
    if (fresh && place instanceof Chat && remote.isUser() && !fromMe) takeEphemeralSetting(place, message);
    for (const change of this.changes.get(indexOf(id)) ?? []) {
      changeShown(page, { target: msg, ...change, isFresh: fresh });
    }
    return msg;
  }

  /** Loads messages by the text of their keys, without showing them in their chat; all without keys. */
  private loadStored(keys?: readonly string[]): void {
    if (keys) for (const key of keys) this.withKeyText(key);
    else for (const entries of this.unloaded.values()) for (const entry of entries) this.msgOf(entry);
  }

  /** The page has a message that it could not read, and now it can. */
  private fill(entry: MessageEntry, message: Message): void {
    const { msg } = entry;
    if (entry.wire.content.kind !== 'ciphertext' || message.content.kind === 'ciphertext') return;
    entry.wire = message;
    if (!msg) return;
    const { type } = msg;
    msg.set({ ...attributesOf(message.content as Added), ...contextAttributes(message) }, { silent: true });
    attachMedia(msg);
    msg.trigger('change:type', msg, msg.type, type);
    msg.trigger('change', msg);
  }

  /** A message that disappears is removed when its time is over; programs that listen hear of it as of any that is removed. */
  private watchExpiry({ key, wire: { t, ephemeralSeconds } }: MessageEntry): void {
    if (ephemeralSeconds === undefined) return;
    const left = Math.max(0, (t + ephemeralSeconds) * 1000 - Date.now());
    if (left > longestTimer) return;
    setTimeout(() => {
      const entry = this.entries.get(indexOf(key));
      if (entry) void this.drop([entry]);
    }, left);
  }

  private async drop(entries: readonly MessageEntry[]): Promise<void> {
    const messages = entries.filter(({ wire }) => !changesAnother(wire));
    const dropped = new Set(messages);
    const keys: string[] = [];
    for (const { key } of messages) {
      const changes = this.changes.get(indexOf(key)) ?? [];
      for (const each of [key, ...changes.map((change) => change.key)]) {
        keys.push(String(each));
        this.entries.delete(indexOf(each));
      }
      this.changes.delete(indexOf(key));
    }
    for (const [chat, earlier] of this.unloaded) {
      this.unloaded.set(
        chat,
        earlier.filter((entry) => !dropped.has(entry)),
      );
    }
    for (const { msg } of messages) {
      if (!msg) continue;
      this.page.chats.get(msg.id.remote)?.msgs.remove(msg);
      this.page.msgs.remove(msg);
    }
    await idbDelete('model-storage', 'message', keys);
  }

  /** Where the page shows a message: in its chat or channel, or in what its author posted in the status. */
  private placeOf({ remote, participant }: MsgKey): Chat | Status {
    if (remote.isNewsletter()) return this.page.newsletters.ensure(remote);
    return remote.isStatus() && participant ? this.page.statuses.of(participant) : this.page.chats.ensure(remote);
  }

  /** Keeps a message that the account wrote in this page. */
  private keep(chat: Chat, msg: Msg, wire: Message): void {
    this.order.last += 1;
    const entry: MessageEntry = { key: msg.id, wire, order: this.order.last, viewed: true, msg };
    this.entries.set(indexOf(msg.id), entry);
    this.watchExpiry(entry);
    this.show(chat, [msg]);
  }

  private async store(key: MsgKey): Promise<void> {
    const entry = this.entries.get(indexOf(key));
    if (entry) await this.storeAll([entry]);
  }

  /** A long history is written in parts, so that the page can do other things between them. */
  private async storeAll(entries: readonly MessageEntry[]): Promise<void> {
    for (let start = 0; start < entries.length; start += storedAtOnce) {
      // What was dropped meanwhile is not stored.
      const part = entries
        .slice(start, start + storedAtOnce)
        .filter((entry) => this.entries.get(indexOf(entry.key)) === entry);
      await idbPut(
        'model-storage',
        'message',
        part.map((entry) => [String(entry.key), keptOf(entry)]),
      );
    }
  }

  /** The message that this one answers, as far as the page has it. */
  private quotedBy(outgoing: OutgoingMessage): Message['quoted'] {
    const { quotedMsg, quotedStanzaID, quotedParticipant, quotedRemoteJid } = outgoing;
    if (!quotedStanzaID || !quotedParticipant) return undefined;
    const chat = String(quotedRemoteJid ?? outgoing.id.remote);
    const entry = this.entries.get(`${chat} ${quotedStanzaID}`);
    return {
      id: quotedStanzaID,
      from: String(quotedParticipant),
      content: (entry && this.currentContent(entry)) ?? { kind: 'text', body: String(quotedMsg?.body ?? '') },
      ...(quotedRemoteJid !== undefined && { chat }),
    };
  }

  /** What a message says after its edits. */
  private currentContent({ key, wire }: MessageEntry): Added {
    const edits = (this.changes.get(indexOf(key)) ?? []).flatMap(({ message: { from, content } }) =>
      content.kind === 'edit' && from === wire.from ? content : [],
    );
    const latest = edits.sort((a, b) => a.at - b.at).at(-1)?.content;
    return (latest?.kind === 'caption' ? { ...wire.content, caption: latest.text } : (latest ?? wire.content)) as Added;
  }
}

function keptOf({ key, wire, order, viewed, msg }: MessageEntry): KeptMessage {
  const isViewed = key.fromMe || changesAnother(wire) || (msg ? Boolean(msg.get('viewed')) : viewed);
  return { ...wire, ...(msg && { t: msg.t, ack: msg.ack }), viewed: isViewed, order };
}

/** Messages of a chat disappear as the last one of the other party does. */
function takeEphemeralSetting(chat: Chat, { ephemeralSeconds, t }: Message): void {
  const now = numberOf(chat.get('ephemeralDuration')) ?? 0;
  if (now === (ephemeralSeconds ?? 0)) return;
  chat.set({ ephemeralDuration: ephemeralSeconds ?? 0, ephemeralSettingTimestamp: t });
}

/** True for what several people write to: the keys of messages in it name their author. */
const isShared = (chat: Wid) => chat.isGroup() || chat.isStatus();

const indexOf = ({ remote, id }: MsgKey) => `${remote} ${id}`;

/** What the server would not deliver; undefined for a message to one person or to a group. */
function notDelivered({ id }: Chat): string | undefined {
  if (id.isGroup()) return undefined;
  return id.isUser() && /^\d{3,20}$/.test(id.user) ? undefined : `for ${id}`;
}

/** True for what a person reads in a chat. */
const isRead = (message: Message) => !changesAnother(message) && message.content.kind !== 'group-event';

const isUnread = (msg: Msg) => !msg.id.fromMe && !msg.get('viewed');
