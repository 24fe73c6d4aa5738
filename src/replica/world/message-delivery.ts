import type { PhoneMessage } from '../../contracts/phone-control.ts';
import { bodyOf, type Message } from '../../contracts/replica-message.ts';
import type { Notification } from '../../contracts/replica-notifications.ts';
import type { Mutation } from '../../contracts/replica-queries.ts';
import type { Device, ReplicaAccount, ReplicaAccounts } from './accounts.ts';
import { isUserJid, type People, userJid, userOf } from './people.ts';
import { changeState } from './shared-state.ts';
import type { Surroundings } from './world.ts';

/** Time from a message to its delivered and read receipts; people take longer. [assumed] */
const deliveredMs = 20;
const readMs = 60;

interface DeliveryParts {
  accounts: ReplicaAccounts;
  people: People;
  around: Surroundings;
}

/** Delivers messages, their acks and notifications between devices, phones and contacts. */
export class MessageDelivery {
  private readonly parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.parts = parts;
  }

  /**
   * Takes a message from a linked device; one sent before is only acknowledged again. One to a number without an account stays
   * sent: no device is there to receive it.
   */
  fromDevice(account: ReplicaAccount, device: Device, message: Message): void {
    const { accounts, people, around } = this.parts;
    const sent = { ...message, from: userJid(account.number), ack: 1 };
    if (account.messages.some(({ id }) => id === sent.id)) {
      device.deliver?.({ type: 'ack', chat: sent.to, ids: [sent.id], ack: 1 });
      return;
    }
    account.messages.push(sent);
    const seen = asSeenByPhone(sent);
    account.received.push(seen);
    const { kind } = sent.content;
    around.emit('message-from-page', { id: sent.id, device: device.id, kind, length: bodyOf(sent.content).length });
    device.deliver?.({ type: 'ack', chat: sent.to, ids: [sent.id], ack: 1 });
    for (const other of account.devices.values()) if (other !== device) handOver(other, sent);
    const recipient = accounts.get(userOf(sent.to));
    if (recipient && recipient !== account) this.toAccount(recipient, { ...sent, pushname: account.pushname });
    if (!people.get(userOf(sent.to))) return;
    around.later(deliveredMs, () => this.acknowledge(account, sent, seen, 2));
    around.later(readMs, () => this.acknowledge(account, sent, seen, 3));
  }

  /** Delivers a message to the phone and all devices of an account. */
  toAccount(account: ReplicaAccount, message: Message): void {
    account.messages.push(message);
    account.received.push(asSeenByPhone(message));
    const devices = [...account.devices.values()];
    const live = devices.filter(({ isLive }) => isLive).length;
    const { kind } = message.content;
    this.parts.around.emit('message-to-devices', { id: message.id, devices: devices.length, live, kind });
    for (const device of devices) handOver(device, message);
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
  mutate(account: ReplicaAccount, mutation: Mutation, from?: Device): void {
    changeState(account, mutation);
    this.parts.around.emit('mutation', {
      action: mutation.action,
      number: account.number,
      by: from ? 'page' : 'phone',
    });
    this.notify(account, { kind: 'mutation', mutation }, { ...(from && { from }) });
  }

  /** Takes the receipt of a device for messages that it received or displayed. */
  receipt(account: ReplicaAccount, device: Device, ids: readonly string[], ack: number): void {
    this.parts.around.emit('message-receipt', { ids: [...ids], device: device.id, ack });
    device.undelivered = device.undelivered.filter(({ id }) => !ids.includes(id));
    for (const message of account.sent) if (ids.includes(message.id)) message.ack = Math.max(message.ack, ack);
  }

  private acknowledge(account: ReplicaAccount, message: Message, seen: PhoneMessage, ack: number): void {
    message.ack = ack;
    seen.ack = ack;
    this.parts.around.emit('message-acknowledged', { id: message.id, ack });
    for (const device of account.devices.values()) {
      device.deliver?.({ type: 'ack', chat: message.to, ids: [message.id], ack });
    }
  }
}

interface NotifyOptions {
  from?: Device;
  isKept?: boolean;
}

/** Sends to the page of the device if it is connected; keeps the message until its receipt comes. */
function handOver(device: Device, message: Message): void {
  device.undelivered.push(message);
  if (device.isLive) device.deliver?.({ type: 'message', message, offline: false });
}

/** A person is shown by the number, all else by its jid. */
const partyOf = (jid: string) => (isUserJid(jid) ? userOf(jid) : jid);

export function asSeenByPhone({ id, from, to, content, t, ack, quoted }: Message): PhoneMessage {
  return {
    id,
    from: partyOf(from),
    to: partyOf(to),
    body: bodyOf(content),
    content,
    t,
    ack,
    ...(quoted && { quoted: quoted.id }),
  };
}
