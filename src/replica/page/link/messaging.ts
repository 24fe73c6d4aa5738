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
import { attributesOf, contentOf, contextAttributes, contextOf, type OutgoingMessage } from '../messages/kinds.ts';
import { Chat, type Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Status } from '../model/statuses.ts';
import { Wid } from '../model/wid.ts';
import { isMe, meet, meIn, type Page } from '../shared/page.ts';

/** A message as the profile stores it. */
type KeptMessage = Message & { viewed: boolean };

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
  /** Undefined for a change. */
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

  constructor(page: Page) {
    this.page = page;
    page.statuses.isMe = (wid) => isMe(page, wid);
    page.statuses.sendRead = (msg) => {
      page.link.send({ type: 'receipt', ids: [msg.id.id], chat: String(msg.id.remote), ack: 3 });
      msg.set({ viewed: true }, { silent: true });
      void this.store(msg.id);
    };
  }

  /**
   * Adds a message from the server, or changes one; a `fresh` one is new to the user. The receipt is sent once the profile has stored
   * the message: until then the server delivers it again.
   */
  receive(message: Message, fresh: boolean): void {
    const { page } = this;
    const key = this.keyOf(message);
    const isNew = !this.entries.has(indexOf(key));
    if (isNew) this.add(key, message, fresh);
    if (fresh && isNew && isRead(message) && !key.fromMe) this.placeOf(key).unreadCount += 1;
    void this.store(key).then(() => {
      if (!fresh) return;
      page.link.send({ type: 'receipt', ids: [message.id], chat: String(key.remote), ack: 2 });
    });
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
    const [msg] = page.msgs.add({ ...outgoing, chat });
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
    this.add(key, wire, true);
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
      if (entry && changesAnother(entry.wire)) entry.wire.ack = Math.max(entry.wire.ack, ack);
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
      this.page.link.send({ type: 'receipt', ids, chat: String(chat.id), ack: 3 });
      for (const msg of unread) {
        msg.set({ viewed: true }, { silent: true });
        void this.store(msg.id);
      }
    }
    chat.unreadCount = 0;
  }

  /** Removes the messages of a chat up to the last one of them; none of a chat without that one. */
  clear(chat: Chat, last: string | null): void {
    const isOfChat = ([index]: [string, MessageEntry]) => index.startsWith(`${chat.id} `);
    const all = [...this.entries].filter(isOfChat);
    const end = all.findIndex(([, { wire }]) => wire.id === last) + 1;
    void this.forget(all.slice(0, end).flatMap(([, { msg }]) => msg ?? []));
    const latest = chat.msgs.last();
    chat.set({ lastReceivedKey: latest?.id, unreadCount: chat.msgs.filter(isUnread).length });
  }

  /** Forgets messages on this device only. Programs that listen hear of each. */
  async forget(msgs: readonly Msg[]): Promise<void> {
    const wanted = new Set(msgs);
    const keys: string[] = [];
    for (const [index, { key, msg }] of [...this.entries]) {
      if (!msg || !wanted.has(msg)) continue;
      keys.push(String(key), ...(this.changes.get(index) ?? []).map((change) => String(change.key)));
      this.entries.delete(index);
      this.changes.delete(index);
    }
    for (const msg of msgs) {
      this.page.chats.get(msg.id.remote)?.msgs.remove(msg);
      this.page.msgs.remove(msg);
    }
    await idbDelete('model-storage', 'message', keys);
  }

  /** The message whose key had this text when it came: that of a revoked one is another one. */
  withKeyText(text: string): Msg | undefined {
    const [, chat, id] = text.split('_');
    return this.entries.get(`${chat} ${id}`)?.msg;
  }

  /** Restores the messages of the profile as old ones. */
  async restore(): Promise<void> {
    const kept = (await idbAll('model-storage', 'message')) as KeptMessage[];
    for (const { viewed, ...message } of kept.sort((a, b) => a.t - b.t)) {
      const key = this.keyOf(message);
      this.add(key, message, false);
      if (viewed) continue;
      this.entries.get(indexOf(key))?.msg?.set({ viewed }, { silent: true });
      this.placeOf(key).unreadCount += 1;
    }
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

  private add(key: MsgKey, message: Message, fresh: boolean): void {
    if (!changesAnother(message)) {
      this.addToChat(key, message, fresh);
      return;
    }
    this.entries.set(indexOf(key), { key, wire: message });
    const index = `${key.remote} ${message.content.target.id}`;
    this.changes.set(index, [...(this.changes.get(index) ?? []), { key, message }]);
    const target = this.entries.get(index)?.msg;
    if (target) changeShown(this.page, { target, key, message, isFresh: fresh });
  }

  private addToChat(id: MsgKey, message: Message, fresh: boolean): void {
    const { page } = this;
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
      viewed: !fresh,
      ...(place instanceof Chat && { chat: place }),
    });
    if (!msg) throw new Error('the message was not added');
    this.keep(place, msg, message);
    for (const change of this.changes.get(indexOf(id)) ?? []) {
      changeShown(page, { target: msg, ...change, isFresh: fresh });
    }
  }

  /** Where the page shows a message: in its chat or channel, or in what its author posted in the status. */
  private placeOf({ remote, participant }: MsgKey): Chat | Status {
    if (remote.isNewsletter()) return this.page.newsletters.ensure(remote);
    return remote.isStatus() && participant ? this.page.statuses.of(participant) : this.page.chats.ensure(remote);
  }

  private keep(place: Chat | Status, msg: Msg, wire: Message): void {
    this.entries.set(indexOf(msg.id), { key: msg.id, wire, msg });
    place.msgs.add(msg);
    place.set({ t: msg.t, lastReceivedKey: msg.id, ...(place instanceof Status && { totalCount: place.msgs.length }) });
  }

  private async store(key: MsgKey): Promise<void> {
    const entry = this.entries.get(indexOf(key));
    if (!entry) return;
    const { wire, msg } = entry;
    const kept: KeptMessage = msg
      ? { ...wire, t: msg.t, ack: msg.ack, viewed: msg.id.fromMe || Boolean(msg.get('viewed')) }
      : { ...wire, viewed: true };
    await idbPut('model-storage', 'message', [[String(entry.key), kept]]);
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
