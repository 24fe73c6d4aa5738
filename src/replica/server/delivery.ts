import type { PhoneMessage } from '../../contracts/phone-control.ts';
import type { TextMessage } from '../../contracts/replica-protocol.ts';
import { type Device, numberOf, type ReplicaAccount, type ReplicaAccounts, userJid } from './accounts.ts';

/** Time from a message to its delivered and read receipts; people take longer. [assumed] */
const deliveredMs = 20;
const readMs = 60;

/** Delivers texts and their acks between devices, phones and contacts. */
export class TextDelivery {
  private readonly accounts: ReplicaAccounts;
  private readonly later: (ms: number, work: () => void) => void;
  private readonly emit: (type: string, detail: unknown) => void;

  /**
   * @param later runs something later, unless the replica is closed before.
   * @param emit reports what happens to a text; never what it says.
   */
  constructor(
    accounts: ReplicaAccounts,
    later: (ms: number, work: () => void) => void,
    emit: (type: string, detail: unknown) => void,
  ) {
    this.accounts = accounts;
    this.later = later;
    this.emit = emit;
  }

  /**
   * Takes a text from a linked device; a text sent before is only acknowledged again. One to a number without an account stays
   * sent: no device is there to receive it.
   */
  fromDevice(account: ReplicaAccount, device: Device, message: TextMessage): void {
    const sent = { ...message, from: userJid(account.number), ack: 1 };
    if (account.messages.some(({ id }) => id === sent.id)) {
      device.deliver?.({ type: 'ack', chat: sent.to, ids: [sent.id], ack: 1 });
      return;
    }
    account.messages.push(sent);
    const seen = asSeenByPhone(sent);
    account.received.push(seen);
    this.emit('text-from-page', { id: sent.id, device: device.id, length: sent.body.length });
    device.deliver?.({ type: 'ack', chat: sent.to, ids: [sent.id], ack: 1 });
    for (const other of account.devices.values()) if (other !== device) handOver(other, sent);
    const recipient = this.accounts.get(numberOf(sent.to));
    if (recipient && recipient !== account) this.toAccount(recipient, { ...sent, pushname: account.pushname });
    if (!this.accounts.exists(numberOf(sent.to))) return;
    this.later(deliveredMs, () => this.acknowledge(account, sent, seen, 2));
    this.later(readMs, () => this.acknowledge(account, sent, seen, 3));
  }

  /** Delivers a text to the phone and all devices of an account. */
  toAccount(account: ReplicaAccount, message: TextMessage): void {
    account.messages.push(message);
    account.received.push(asSeenByPhone(message));
    const devices = [...account.devices.values()];
    const live = devices.filter(({ isLive }) => isLive).length;
    this.emit('text-to-devices', { id: message.id, devices: devices.length, live, length: message.body.length });
    for (const device of devices) handOver(device, message);
  }

  /** Takes the receipt of a device for messages that it received or displayed. */
  receipt(account: ReplicaAccount, device: Device, ids: readonly string[], ack: number): void {
    this.emit('text-receipt', { ids: [...ids], device: device.id, ack });
    device.undelivered = device.undelivered.filter(({ id }) => !ids.includes(id));
    for (const message of account.sent) if (ids.includes(message.id)) message.ack = Math.max(message.ack, ack);
  }

  private acknowledge(account: ReplicaAccount, message: TextMessage, seen: PhoneMessage, ack: number): void {
    message.ack = ack;
    seen.ack = ack;
    this.emit('text-acknowledged', { id: message.id, ack });
    for (const device of account.devices.values()) {
      device.deliver?.({ type: 'ack', chat: message.to, ids: [message.id], ack });
    }
  }
}

/** Sends to the page of the device if it is connected; keeps the message until its receipt comes. */
function handOver(device: Device, message: TextMessage): void {
  device.undelivered.push(message);
  if (device.isLive) device.deliver?.({ type: 'message', message, offline: false });
}

export function asSeenByPhone({ id, from, to, body, t, ack, quoted }: TextMessage): PhoneMessage {
  return { id, from: numberOf(from), to: numberOf(to), body, t, ack, ...(quoted && { quoted: quoted.id }) };
}
