import type { Message } from '../../../contracts/replica-message.ts';
import { idbAll, idbDelete, idbPut } from '../keys/idb.ts';
import { onlyAName } from '../loader/stub.ts';
import { attributesOf, contentOf, type OutgoingMessage } from '../messages/kinds.ts';
import type { Attributes } from '../model/base-model.ts';
import type { Chat, Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

/** A message as the profile stores it. */
type KeptMessage = Message & { viewed: boolean };

/** Sends and receives messages and acks, and stores them in the profile. */
export class Messaging {
  private readonly page: Page;
  /** Sent messages without an ack of the server, by id. */
  private readonly unsent = new Map<string, { wire: Message; done: () => void }>();
  /** Messages as they were sent or received, by the text of their keys. */
  private readonly wires = new Map<string, Message>();

  constructor(page: Page) {
    this.page = page;
  }

  /**
   * Adds a message from the server; a `fresh` one is new to the user. The receipt is sent once the profile has stored the
   * message: until then the server delivers it again.
   */
  receive(message: Message, fresh: boolean): void {
    const { page } = this;
    const known = page.msgs.length;
    const msg = this.addToChat(message, fresh);
    if (!fresh) return;
    const isNew = page.msgs.length > known;
    if (isNew && !msg.id.fromMe) page.chats.ensure(msg.id.remote).unreadCount += 1;
    void this.store(msg.id).then(() => {
      page.link.send({ type: 'receipt', ids: [message.id], chat: String(msg.id.remote), ack: 2 });
    });
  }

  /**
   * Adds the message to its chat at once; the second promise is the server's ack.
   *
   * @throws Error for what the replica's server would not deliver unchanged; it is reported as a stub.
   */
  send(chat: Chat, outgoing: OutgoingMessage): [added: Promise<Msg>, sent: Promise<object>] {
    const { page } = this;
    const content = notDelivered(chat) ?? contentOf(outgoing, chat);
    if (typeof content === 'string') {
      throw onlyAName('WAWebSendMsgChatAction', 'addAndSendMsgToChat', page.report, content);
    }
    const quoted = this.quotedBy(outgoing);
    const wire: Message = {
      id: outgoing.id.id,
      from: String(page.me?.pn),
      to: String(chat.id),
      content,
      t: outgoing.t,
      ack: 0,
      ...(quoted && { quoted }),
    };
    const [msg] = page.msgs.add({ ...outgoing, chat });
    if (!msg) throw new Error('the message was not added');
    this.keep(chat, msg, wire);
    const sent = new Promise<object>((resolve) => {
      this.unsent.set(wire.id, { wire, done: () => resolve({ messageSendResult: 'OK', t: wire.t, count: null }) });
    });
    page.link.send({ type: 'send', message: wire });
    return [Promise.resolve(msg), sent];
  }

  acknowledge(chat: string, ids: readonly string[], ack: number): void {
    for (const id of ids) {
      const key = new this.page.MsgKey({ fromMe: true, remote: new Wid(chat), id });
      this.page.msgs.get(key)?.updateAck(ack);
      this.unsent.get(id)?.done();
      this.unsent.delete(id);
      void this.store(key);
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
    const all = chat.msgs.getModelsArray();
    const gone = all.slice(0, all.findIndex(({ id }) => id.id === last) + 1);
    for (const msg of gone) {
      this.wires.delete(String(msg.id));
      chat.msgs.remove(msg);
      this.page.msgs.remove(msg);
    }
    void idbDelete(
      'model-storage',
      'message',
      gone.map(({ id }) => String(id)),
    );
    const latest = chat.msgs.last();
    chat.set({ lastReceivedKey: latest?.id, unreadCount: chat.msgs.filter(isUnread).length });
  }

  /** Restores the messages of the profile as old ones. */
  async restore(): Promise<void> {
    const kept = (await idbAll('model-storage', 'message')) as KeptMessage[];
    for (const { viewed, ...message } of kept.sort((a, b) => a.t - b.t)) {
      const msg = this.addToChat(message, false);
      if (viewed) continue;
      msg.set({ viewed }, { silent: true });
      this.page.chats.ensure(msg.id.remote).unreadCount += 1;
    }
  }

  private addToChat(message: Message, fresh: boolean): Msg {
    const { page } = this;
    const from = new Wid(message.from);
    const to = new Wid(message.to);
    const fromMe = Boolean(page.me?.pn.equals(from));
    const remote = fromMe ? to : from;
    if (!fromMe) page.contacts.ensure(from, message.pushname ? { pushname: message.pushname } : {});
    const chat = page.chats.ensure(remote);
    const id = new page.MsgKey({ fromMe, remote, id: message.id, self: fromMe ? 'out' : 'in' });
    const known = page.msgs.get(id);
    if (known) return known;
    const [msg] = page.msgs.add({
      id,
      from,
      to,
      ...attributesOf(message.content),
      t: message.t,
      ack: fromMe ? message.ack : Math.max(1, message.ack),
      isNewMsg: fresh,
      recvFresh: fresh,
      notifyName: message.pushname ?? '',
      self: fromMe ? 'out' : 'in',
      viewed: !fresh,
      chat,
      ...quotedFields(message),
    });
    if (!msg) throw new Error('the message was not added');
    this.keep(chat, msg, message);
    return msg;
  }

  private keep(chat: Chat, msg: Msg, wire: Message): void {
    this.wires.set(String(msg.id), wire);
    chat.msgs.add(msg);
    chat.set({ t: msg.t, lastReceivedKey: msg.id });
    void this.store(msg.id);
  }

  private async store(key: MsgKey): Promise<void> {
    const msg = this.page.msgs.get(key);
    if (!msg) return;
    const wire = this.wires.get(String(key));
    if (!wire) return;
    const kept: KeptMessage = { ...wire, t: msg.t, ack: msg.ack, viewed: msg.id.fromMe || Boolean(msg.get('viewed')) };
    await idbPut('model-storage', 'message', [[String(key), kept]]);
  }

  /** The message that this one answers, as far as the page has it. */
  private quotedBy({ quotedMsg, quotedStanzaID, quotedParticipant }: OutgoingMessage): Message['quoted'] {
    if (!quotedStanzaID || !quotedParticipant) return undefined;
    const known = [...this.wires.values()].find(({ id }) => id === quotedStanzaID)?.content;
    const content = known ?? { kind: 'text', body: String(quotedMsg?.body ?? '') };
    return { id: quotedStanzaID, from: String(quotedParticipant), content };
  }
}

/** What the server would not deliver; undefined for a message to one person. */
function notDelivered({ id }: Chat): string | undefined {
  return id.isUser() && /^\d{3,20}$/.test(id.user) ? undefined : `for ${id}`;
}

const isUnread = (msg: Msg) => !msg.id.fromMe && !msg.get('viewed');

function quotedFields({ quoted }: Message): Attributes {
  if (!quoted) return {};
  const { id, from, content } = quoted;
  return { quotedMsg: attributesOf(content), quotedStanzaID: id, quotedParticipant: new Wid(from) };
}
