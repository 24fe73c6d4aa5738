import { Refusal } from '../../contracts/refusal.ts';
import type { Addressing } from '../../contracts/replica-groups.ts';
import {
  bodyOf,
  type ChangeMessage,
  isChange,
  isChangeMessage,
  type Message,
} from '../../contracts/replica-message.ts';
import type { Notification } from '../../contracts/replica-notifications.ts';
import type { ServerFrame } from '../../contracts/replica-protocol.ts';
import type { MessageInfo, Mutation } from '../../contracts/replica-queries.ts';
import type { Device, ReplicaAccount, ReplicaAccounts } from './accounts.ts';
import { byLid, byNumber, readdressed } from './addressing.ts';
import { isChannelJid, isGroupJid, isUserJid, type People, userJid, userOf } from './people.ts';
import { asSeenByPhone, changeSeen } from './seen-by-phone.ts';
import { changeState, chatOf } from './shared-state.ts';
import type { Surroundings } from './world.ts';

/** Time from a message to its delivered and read receipts; people take longer. [assumed] */
const deliveredMs = 20;
const readMs = 60;
const playedMs = 100;
/** How often the server looks whether phones are reachable again. */
const reachableEveryMs = 50;

const delivered = 2;
const read = 3;
const played = 4;

/** How many messages of a chat a phone sends at once to a page that asks for older ones. */
const olderAtOnce = 50;

/** The phone among the devices of a person. */
const phoneDevice = 0;

/** Kinds that the server takes and does not deliver: they stay at one check mark (wppconnect-team/wa-js#3273). */
const undelivered: ReadonlySet<string> = new Set(['buttons', 'list']);

interface DeliveryParts {
  accounts: ReplicaAccounts;
  people: People;
  around: Surroundings;
  /** Numbers of the people whom a message reaches. @throws Refusal when its author may not send it. */
  recipientsOf(message: Message): string[];
  /** How a chat names people. */
  addressingOf(chat: string): Addressing;
  /** Takes what is sent to a channel as a message. @throws Refusal */
  toChannel(message: ChangeMessage): void;
}

/** Delivers messages, their acks and notifications between devices, phones and contacts. */
export class MessageDelivery {
  private readonly parts: DeliveryParts;
  /** Numbers of those who got a message, by its id. */
  private readonly recipients = new Map<string, readonly string[]>();
  /** Messages that wait to be sent latest first. */
  private readonly waiting = new Map<Device, Message[]>();

  constructor(parts: DeliveryParts) {
    this.parts = parts;
  }

  /**
   * Takes a message from a linked device; one sent before is only acknowledged again. One to a number without an account stays
   * sent: no device is there to receive it. One that its author may not send fails.
   */
  fromDevice(account: ReplicaAccount, device: Device, message: Message): void {
    const { around } = this.parts;
    const sent = { ...this.byNumbers(message), from: userJid(account.number), ack: 1 };
    const { kind } = sent.content;
    const { ackAfterMs = 0 } = around.circumstances();
    const acknowledge = (ack: number) => {
      const frame: ServerFrame = { type: 'ack', chat: this.addressOf(sent.to), ids: [sent.id], ack };
      if (ackAfterMs > 0) around.later(ackAfterMs, () => device.deliver?.(frame));
      else device.deliver?.(frame);
    };
    if (account.messages.some(({ id }) => id === sent.id)) {
      acknowledge(1);
      return;
    }
    this.take(account, device, sent, acknowledge);
    // Programs that wait for the message look at the phone when this comes.
    around.emit('message-from-page', { id: sent.id, device: device.id, kind, length: bodyOf(sent.content).length });
  }

  private take(account: ReplicaAccount, device: Device, sent: Message, acknowledge: (ack: number) => void): void {
    const { around } = this.parts;
    const { kind } = sent.content;
    const { acks, ackAfterMs = 0 } = around.circumstances();
    if (acks === 'none') return;
    const recipients =
      acks === 'error' ? undefined : isChannelJid(sent.to) ? this.sentToChannel(sent) : this.recipientsOf(sent);
    if (!recipients) {
      acknowledge(-1);
      return;
    }
    acknowledge(1);
    if (undelivered.has(kind)) around.emit('message-dropped', { id: sent.id, kind });
    else this.deliver(account, sent, recipients, device, ackAfterMs);
  }

  /**
   * Takes a message of any person, with or without a phone of its own, to another person or a group.
   *
   * @throws Refusal when its author may not send it.
   */
  fromPerson(message: Message): void {
    const recipients = this.parts.recipientsOf(message);
    const author = userOf(message.from);
    const account = this.parts.accounts.get(author);
    if (account) this.deliver(account, message, recipients);
    else this.toOthers(author, message, recipients);
  }

  /** Delivers what the server took from an account. @param device the device that has sent it; else it was the phone. */
  private deliver(
    account: ReplicaAccount,
    sent: Message,
    recipients: readonly string[],
    device?: Device,
    afterMs = 0,
  ): void {
    this.keep(account, sent);
    for (const other of account.devices.values()) if (other !== device) this.handOver(other, sent);
    this.whenReachable(() => this.reach(account, sent, recipients, afterMs));
  }

  /** Runs the work when other phones can be reached. */
  private whenReachable(work: () => void): void {
    const { around } = this.parts;
    if (around.circumstances().peersOffline) around.later(reachableEveryMs, () => this.whenReachable(work));
    else work();
  }

  /** Brings a message to others, whose receipts come later than its own ack. */
  private reach(account: ReplicaAccount, sent: Message, recipients: readonly string[], afterMs: number): void {
    const { around } = this.parts;
    this.toOthers(account.number, { ...sent, pushname: account.pushname }, recipients);
    if (recipients.length === 0) return;
    this.recipients.set(sent.id, recipients);
    const later = (ms: number, by: readonly string[], ack: number) =>
      around.later(afterMs + ms, () => this.received(account, sent, { by, device: phoneDevice, ack }));
    later(deliveredMs, recipients, delivered);
    // People read at once, and listen to what they can; an account of the replica does when one of its devices says so.
    const people = recipients.filter((number) => number === account.number || !this.parts.accounts.get(number));
    if (people.length === 0) return;
    later(readMs, people, read);
    if (sent.content.kind === 'ptt') later(playedMs, people, played);
  }

  /** Brings a message that the server itself made, or that is from a channel, to the devices of an account. */
  fromServer(account: ReplicaAccount, message: Message): void {
    account.messages.push(message);
    for (const device of account.devices.values()) this.handOver(device, message);
  }

  /** Adds a message that the account wrote. @param from the device that wrote it; it has the message. */
  ofAccount(account: ReplicaAccount, message: Message, from?: Device): void {
    this.keep(account, message);
    for (const device of account.devices.values()) if (device !== from) this.handOver(device, message);
  }

  /** Delivers a message to the phone and all devices of an account, unless its author is blocked. */
  toAccount(account: ReplicaAccount, message: Message): void {
    if (isUserJid(message.to) && account.blocked.includes(message.from)) return;
    this.keep(account, message);
    const devices = [...account.devices.values()];
    const live = devices.filter(({ isLive }) => isLive).length;
    const { kind } = message.content;
    this.parts.around.emit('message-to-devices', { id: message.id, devices: devices.length, live, kind });
    for (const device of devices) this.handOver(device, message);
  }

  /**
   * Notifies the devices of an account.
   *
   * @param from the device whose doing it is; it knows.
   * @param isKept whether devices that are offline hear of it later.
   */
  notify(account: ReplicaAccount, notification: Notification, { from, isKept = true }: NotifyOptions = {}): void {
    for (const device of account.devices.values()) {
      if (device === from) continue;
      if (device.isLive) device.deliver?.({ type: 'notification', notification, offline: false });
      else if (isKept) device.missed.push(notification);
    }
  }

  /** Changes state that the devices of an account share. */
  mutate(account: ReplicaAccount, asked: Mutation, from?: Device): void {
    const mutation = { ...asked, index: byNumber(this.parts.people)(asked.index) } as Mutation;
    changeState(account, mutation);
    this.mutateSeen(account, mutation);
    this.parts.around.emit('mutation', {
      action: mutation.action,
      number: account.number,
      by: from ? 'page' : 'phone',
    });
    this.notify(account, { kind: 'mutation', mutation: this.mutationFor(mutation) }, { ...(from && { from }) });
  }

  /** Takes the receipt of a device for messages that it received or displayed. */
  receipt(account: ReplicaAccount, device: Device, ids: readonly string[], ack: number): void {
    this.parts.around.emit('message-receipt', { ids: [...ids], device: device.id, ack });
    device.undelivered = device.undelivered.filter(({ id }) => !ids.includes(id));
    this.markReceived(account, ids, ack, device.id);
  }

  /**
   * An account has received, read or played messages; their authors hear of it.
   *
   * @param device the linked device on which, or the phone.
   */
  markReceived(account: ReplicaAccount, ids: readonly string[], ack: number, device = phoneDevice): void {
    for (const message of account.sent) if (ids.includes(message.id)) message.ack = Math.max(message.ack, ack);
    for (const { id, from } of account.messages.filter(({ id }) => ids.includes(id))) {
      const author = this.parts.accounts.get(this.parts.people.withJid(from)?.number ?? '');
      const sent = author?.messages.find((message) => message.id === id);
      if (author && sent && author !== account) this.received(author, sent, { by: [account.number], device, ack });
    }
  }

  /**
   * Who has a message of the account, as the real page counts: a member of a group is only in the list of what came last, the other
   * party of a chat in each, and what remains is what the lists before leave.
   */
  infoOf(account: ReplicaAccount, id: string): MessageInfo | null {
    const message = account.messages.find((one) => one.id === id);
    if (!message) return null;
    const people = this.recipientsOf(message)?.length ?? 0;
    const receipts = account.receipts.filter((receipt) => receipt.message === id);
    const firstOf = (ack: number) => {
      const first = new Map<string, number>();
      // Who has read a message has received it.
      for (const { by, ack: is, t } of receipts) {
        if (is === ack || (ack === delivered && is === read)) first.set(by, Math.min(first.get(by) ?? t, t));
      }
      return first;
    };
    const lists = [played, read, delivered].map(firstOf);
    const shown = lists.map((list, i) => {
      const isLater = (by: string) => isGroupJid(message.to) && lists.slice(0, i).some((later) => later.has(by));
      return [...list].flatMap(([by, t]) => (isLater(by) ? [] : { id: this.addressIn(message.to, userJid(by)), t }));
    });
    const [playedBy = [], readBy = [], deliveredTo = []] = shown;
    const playedRemaining = people - playedBy.length;
    const readRemaining = playedRemaining - readBy.length;
    return {
      delivery: deliveredTo,
      read: readBy,
      played: playedBy,
      deliveryRemaining: readRemaining - deliveredTo.length,
      readRemaining,
      playedRemaining,
    };
  }

  /**
   * The message as linked devices get it: people are named as in its group, the author by both addresses, and what can be opened once
   * stays on the phone.
   */
  forDevices(message: Message): Message {
    const { content, from, to } = message;
    const shown: Message =
      'viewOnce' in content && content.viewOnce ? { ...message, content: { kind: 'unavailable' } } : message;
    if (!isUserJid(from)) return shown;
    const addressed = this.isByLid(to) ? readdressed(shown, byLid) : shown;
    return { ...addressed, fromAlt: addressed.from === from ? byLid(from) : from };
  }

  /** A change of state as linked devices get it: what is about a chat names it as its messages do; the address book has numbers. */
  mutationFor(mutation: Mutation): Mutation {
    if (mutation.action === 'contact') return mutation;
    return { ...mutation, index: this.addressOf(mutation.index) } as Mutation;
  }

  /** A chat as linked devices name it. */
  addressOf(chat: string): string {
    return this.addressIn(chat, chat);
  }

  private isByLid(chat: string): boolean {
    return this.parts.addressingOf(chat) === 'lid';
  }

  private addressIn(chat: string, jid: string): string {
    return this.isByLid(chat) ? byLid(jid) : jid;
  }

  /** A message of a page as the server keeps it. */
  private byNumbers(message: Message): Message {
    return this.isByLid(message.to) ? readdressed(message, byNumber(this.parts.people)) : message;
  }

  /** Sends a device the messages of a chat before the oldest one that it has, as many as a phone sends at once. */
  sendOlder(account: ReplicaAccount, device: Device, chat: string, before: string | null): void {
    const all = account.messages.filter((message) => !isChangeMessage(message) && chatOf(account, message) === chat);
    const end =
      before === null
        ? all.length
        : Math.max(
            0,
            all.findIndex(({ id }) => id === before),
          );
    const start = Math.max(0, end - olderAtOnce);
    const messages = all.slice(start, end).map((message) => this.forDevices(message));
    const { [chat]: _, ...others } = device.oldest ?? {};
    device.oldest = start > 0 ? { ...others, [chat]: all[start]?.id as string } : others;
    const frame: ServerFrame = { type: 'chat-history', chat: this.addressOf(chat), messages, hasMore: start > 0 };
    this.parts.around.later(0, () => device.deliver?.(frame));
  }

  /** The phone sends a device messages again that it could not decrypt. */
  sendAgain(account: ReplicaAccount, device: Device, ids: readonly string[]): void {
    const { around } = this.parts;
    const { byPhone = true, afterMs = 0 } = around.circumstances().undecryptable ?? {};
    if (!byPhone) return;
    for (const message of account.messages) {
      if (ids.includes(message.id)) around.later(afterMs, () => this.send(device, message));
    }
  }

  /** No recipients: a channel counts reactions. Undefined when it refuses. */
  private sentToChannel(message: Message): [] | undefined {
    try {
      if (!isChangeMessage(message)) throw new Refusal('bad-request', 'A channel takes posts only by a query.');
      this.parts.toChannel(message);
      return [];
    } catch (error) {
      return this.refused(message, error);
    }
  }

  private refused(message: Message, error: unknown): undefined {
    if (!(error instanceof Refusal)) throw error;
    this.parts.around.emit('message-refused', { id: message.id, code: error.code });
    return undefined;
  }

  /** Numbers of those whom a message reaches; undefined when its author may not send it. */
  private recipientsOf(message: Message): readonly string[] | undefined {
    try {
      return this.recipients.get(message.id) ?? this.parts.recipientsOf(message);
    } catch (error) {
      return this.refused(message, error);
    }
  }

  private toOthers(author: string, message: Message, recipients: readonly string[]): void {
    for (const number of recipients) {
      const account = number === author ? undefined : this.parts.accounts.get(number);
      if (account) this.toAccount(account, isUserJid(message.to) ? { ...message, to: userJid(number) } : message);
    }
  }

  /** People have received, read or played a message of the account: its ack is what all recipients have. */
  private received(account: ReplicaAccount, message: Message, { by, device, ack }: Received): void {
    const ofMessage = account.receipts.filter((receipt) => receipt.message === message.id);
    const isKnown = (number: string) =>
      ofMessage.some((receipt) => receipt.ack === ack && receipt.by === number && receipt.device === device);
    const t = Math.floor(Date.now() / 1000);
    const fresh = by
      .filter((number) => !isKnown(number))
      .map((number) => ({ message: message.id, by: number, device, ack, t }));
    account.receipts.push(...fresh);
    const highest = new Map<string, number>();
    for (const receipt of [...ofMessage, ...fresh]) {
      highest.set(receipt.by, Math.max(highest.get(receipt.by) ?? 1, receipt.ack));
    }
    const ofAll = (this.recipientsOf(message) ?? []).map((number) => highest.get(number) ?? 1);
    const lowest = Math.min(...ofAll);
    if (ofAll.length > 0 && lowest > message.ack) this.acknowledge(account, message, lowest);
  }

  private acknowledge(account: ReplicaAccount, message: Message, ack: number): void {
    message.ack = ack;
    for (const seen of seenBy(account)) if (seen.id === message.id) seen.ack = ack;
    this.parts.around.emit('message-acknowledged', { id: message.id, ack });
    for (const device of account.devices.values()) {
      device.deliver?.({ type: 'ack', chat: this.addressOf(message.to), ids: [message.id], ack });
    }
  }

  /** Adds a message to what the account has, or changes one. */
  private keep(account: ReplicaAccount, message: Message): void {
    account.messages.push(message);
    if (isChangeMessage(message)) {
      const { id } = message.content.target;
      for (const seen of seenBy(account)) if (seen.id === id) changeSeen(seen, message);
    }
    account.received.push(asSeenByPhone(message));
  }

  /** Sends to the page of the device if it is connected; keeps the message until its receipt comes. */
  private handOver(device: Device, sent: Message): void {
    const message = this.asReadBy(device, sent);
    const { around } = this.parts;
    const { deliversTwice, reordersWithinMs = 0 } = around.circumstances();
    device.undelivered.push(message);
    const send = (one: Message) => this.send(device, one);
    if (reordersWithinMs > 0) {
      const waiting = this.waiting.get(device);
      if (waiting) {
        waiting.push(message);
        return;
      }
      const held = [message];
      this.waiting.set(device, held);
      around.later(reordersWithinMs, () => {
        this.waiting.delete(device);
        for (const one of held.reverse()) send(one);
      });
      return;
    }
    send(message);
    if (deliversTwice) send(message);
  }

  private send(device: Device, message: Message): void {
    if (device.isLive) device.deliver?.({ type: 'message', message: this.forDevices(message), offline: false });
  }

  /** The message as the device can read it; one that it cannot decrypt comes again. */
  private asReadBy(device: Device, message: Message): Message {
    const { around } = this.parts;
    const { undecryptable } = around.circumstances();
    const { content, from } = message;
    if (!undecryptable || isChange(content) || from === userJid(device.number)) return message;
    if (undecryptable.bySender) around.later(undecryptable.afterMs, () => this.send(device, message));
    return { ...message, content: { kind: 'ciphertext' } };
  }

  private mutateSeen(account: ReplicaAccount, { action, index, value }: Mutation): void {
    if (action !== 'star' && action !== 'deleteMessageForMe') return;
    const id = index.split('_')[2];
    if (action === 'star') for (const seen of seenBy(account)) if (seen.id === id) seen.isStarred = value;
    if (action === 'star') return;
    account.received = account.received.filter((seen) => seen.id !== id);
    account.sent = account.sent.filter((seen) => seen.id !== id);
    account.messages = account.messages.filter((message) => message.id !== id);
  }
}

const seenBy = ({ received, sent }: ReplicaAccount) => [...received, ...sent];

interface Received {
  /** Numbers of the people. */
  by: readonly string[];
  device: number;
  ack: number;
}

interface NotifyOptions {
  from?: Device;
  isKept?: boolean;
}
