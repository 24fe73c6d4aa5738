import type {
  LinkedDevice,
  MediaOptions,
  MessageMark,
  PhoneState,
  ProfileChange,
  Ring,
  SendOptions,
} from '../../contracts/phone-control.ts';
import { Refusal } from '../../contracts/refusal.ts';
import {
  bodyOf,
  type Change,
  type Content,
  type Deed,
  isChange,
  type Message,
} from '../../contracts/replica-message.ts';
import type { CallRecord, ChatState } from '../../contracts/replica-profiles.ts';
import type { Mutation } from '../../contracts/replica-queries.ts';
import type { UnlinkedPage } from '../server/pairings.ts';
import type { ReplicaCore } from '../server/replica-core.ts';
import { bytesOfBase64, newKeyPair, toBase64, type WireKeyPair } from '../server/wire-keys.ts';
import { type Device, linkedDevice, type Receipt, type ReplicaAccount } from '../world/accounts.ts';
import { firstContact, isUserJid, newMessageId, userJid } from '../world/people.ts';
import { profileOf } from '../world/profiles.ts';
import { asSeenByPhone } from '../world/seen-by-phone.ts';
import { chatOf, chatsOf, keyTextOf } from '../world/shared-state.ts';
import { type CompanionKeys, DeviceIdentity } from './device-identity.ts';
import type { KeptPhone } from './kept-phones.ts';
import { contentWith, type ReadMedia, readMedia } from './media.ts';
import { parseQr } from './parse-qr.ts';
import { PhoneChannels } from './phone-channels.ts';
import { PhoneCommunities, PhoneGroups } from './phone-groups.ts';

/** A message of the phone, with the words that a person reads in it. */
export type SentMessage = Message & { body: string };

/** The primary device of one account: it links and unlinks other devices and holds the messages. */
export class Phone {
  readonly id: string;
  readonly groups: PhoneGroups;
  readonly communities: PhoneCommunities;
  readonly channels: PhoneChannels;
  private readonly account: ReplicaAccount;
  private readonly core: ReplicaCore;
  private readonly accountKeys: WireKeyPair;

  constructor(id: string, account: ReplicaAccount, core: ReplicaCore, accountKeys = newKeyPair()) {
    this.id = id;
    this.account = account;
    this.core = core;
    this.accountKeys = accountKeys;
    this.channels = new PhoneChannels(account.number, core.world.channels);
    this.groups = new PhoneGroups(account.number, core.world);
    this.communities = new PhoneCommunities(account.number, core.world);
  }

  get number(): string {
    return this.account.number;
  }

  /**
   * Links the page whose QR this is; resolves when the page has answered and the server has registered the device.
   *
   * @throws Refusal when the QR is malformed, of another replica, expired, used, or not signed by the page that shows it.
   */
  async scan(qr: string): Promise<LinkedDevice> {
    const fields = parseQr(qr);
    const { pairings } = this.core;
    const pairing = pairings.get(fields.ref);
    await pairing?.page.whenScannable();
    const state = pairings.stateOf(fields.ref);
    if (state === 'foreign' || !pairing) {
      throw new Refusal('qr-foreign', 'The server never gave out this ref (field 1).');
    }
    if (state === 'expired') {
      throw new Refusal('qr-expired', 'The ref of this QR code is no longer valid; scan the current one.');
    }
    if (state === 'used') throw new Refusal('qr-used', 'A device was linked with this QR code before.');
    if (toBase64(fields.noisePub) !== pairing.page.noisePub) {
      throw new Refusal('qr-key-mismatch', 'The noise key (field 2) is not the one of the page that shows this ref.');
    }
    pairing.usedRef = fields.ref;
    try {
      return await this.link(pairing.page, fields);
    } catch (error) {
      pairing.usedRef = undefined;
      throw error;
    }
  }

  /**
   * Links the page that shows this pairing code.
   *
   * @throws Refusal when the code is malformed, expired, or was not made for this phone.
   */
  async pair(code: string): Promise<LinkedDevice> {
    const typed = code.replaceAll('-', '').toUpperCase();
    if (!/^[1-9A-HJ-NP-Z]{8}$/.test(typed)) {
      throw new Refusal('code-malformed', 'A pairing code has 8 characters of 1-9 and A-Z without I and O.');
    }
    const hello = this.core.codes.find(typed, this.account.number);
    if (hello === 'unknown')
      throw new Refusal('code-unknown', 'No page asked for this code with the number of this phone.');
    if (hello === 'expired') throw new Refusal('code-expired', 'This pairing code is no longer valid.');
    const identityPub = bytesOfBase64(hello.page.identityPub, 32);
    const advSecret = bytesOfBase64(hello.advSecret, 32);
    if (!identityPub || !advSecret) throw new Refusal('qr-key-mismatch', 'The page sent keys that are none.');
    return this.link(hello.page, { identityPub, advSecret });
  }

  /**
   * Removes a linked device, or all of them; online pages get an error frame, others are refused at their next login.
   *
   * @throws Refusal `device-unknown`.
   */
  unlink(deviceId?: number): number[] {
    const { account } = this;
    if (deviceId !== undefined && !account.devices.has(deviceId)) {
      throw new Refusal('device-unknown', `No device ${deviceId} is linked to this phone.`);
    }
    const removed = [...account.devices.values()].filter(({ id }) => deviceId === undefined || id === deviceId);
    for (const device of removed) {
      account.devices.delete(device.id);
      device.deliver?.({ type: 'stream-error', code: 401 });
      this.core.emit('device-removed', { number: account.number, device: device.id, by: 'phone' });
    }
    return removed.map(({ id }) => id);
  }

  /**
   * A message to this account from a contact, by default the first one; from the account's own number it is a note to self. With `to` it
   * is a message to another chat: of this account to a person, or of any member to a group.
   *
   * @throws Refusal `message-unknown` for a quoted message that the account does not have; others when the author may not send to the group.
   */
  send({ content, from, to, quoted, ...context }: SendOptions & { content: Content }): SentMessage {
    const { account } = this;
    const { delivery } = this.core.world;
    const author = from ?? (to !== undefined && isUserJid(to) ? account.number : firstContact);
    const answered = quoted === undefined ? undefined : this.message(quoted);
    const message: Message = {
      id: newMessageId(),
      from: userJid(author),
      to: to ?? userJid(account.number),
      content,
      t: Math.floor(Date.now() / 1000),
      ack: 1,
      pushname: this.pushnameOf(author),
      ...(answered && { quoted: quoteOf(answered) }),
      ...context,
    };
    if (to === undefined) delivery.toAccount(account, message);
    else delivery.fromPerson(message);
    account.sent.push(asSeenByPhone(message));
    return { ...message, body: bodyOf(content) };
  }

  /**
   * A person does something to a message of the account: reacts, edits, revokes, votes, pins, responds.
   *
   * @param from number of the person; by default the contact whose chat it is in.
   * @throws Refusal `message-unknown`.
   */
  act(id: string, deed: Deed, from?: string): SentMessage {
    const target = this.message(id);
    const chat = chatOf(this.account, target);
    const author = from ?? this.core.world.people.withJid(chat)?.number ?? firstContact;
    const content = { ...deed, target: { id, from: target.from }, at: Date.now() } as Change;
    const isElsewhere = !isUserJid(chat) || author === this.account.number;
    return this.send({ content, from: author, ...(isElsewhere && { to: chat }) });
  }

  /**
   * The phone displays or plays messages, stars them, or deletes them for itself.
   *
   * @throws Refusal `message-unknown`.
   */
  mark(ids: readonly string[], as: MessageMark): void {
    const { account } = this;
    const { delivery } = this.core.world;
    const messages = ids.map((id) => this.message(id));
    if (as === 'delivered' || as === 'read' || as === 'played') {
      delivery.markReceived(account, ids, { delivered: 2, read: 3, played: 4 }[as]);
      return;
    }
    for (const message of messages) {
      const index = keyTextOf(account, message);
      if (as === 'deleted') delivery.mutate(account, { action: 'deleteMessageForMe', index, value: true });
      else delivery.mutate(account, { action: 'star', index, value: as === 'starred' });
    }
  }

  /** Changes state that the account's devices share. */
  change(mutation: Mutation): void {
    this.core.world.delivery.mutate(this.account, mutation);
  }

  /**
   * A message with a file, as `send` takes others.
   *
   * @throws Refusal `media-too-large`
   */
  sendMedia(bytes: Buffer, file: MediaOptions, options: SendOptions): SentMessage {
    return this.send({ content: contentWith(bytes, file, this.core.world.media), ...options });
  }

  /**
   * The file of a message that this phone sent or received.
   *
   * @throws Refusal `media-unknown` when there is no such message, it has no file, or the server no longer has it.
   */
  media(messageId: string): ReadMedia {
    const message = this.account.messages.find(({ id }) => id === messageId);
    const read = message && readMedia(message.content, this.core.world.media);
    if (!read) throw new Refusal('media-unknown', `There is no file of a message "${messageId}".`);
    return read;
  }

  /**
   * Who has received, read and played a message of the account, by device.
   *
   * @throws Refusal `message-unknown`.
   */
  receipts(messageId: string): Omit<Receipt, 'message'>[] {
    const { id } = this.message(messageId);
    return this.account.receipts.flatMap(({ message, ...receipt }) => (message === id ? receipt : []));
  }

  /** Changes what the account shows of itself. */
  changeProfile(change: ProfileChange): void {
    this.core.world.profiles.change(this.account, change);
  }

  /** @param number of the person whom the account blocks, or no longer blocks. */
  block(number: string, isBlocked = true): void {
    this.core.world.profiles.block(this.account, userJid(number), isBlocked);
  }

  /** The devices see that a person is online, or not. @param from number of the person, by default a contact. */
  showPresence(isAvailable: boolean, from = firstContact): void {
    this.core.world.profiles.showPresence(this.account, from, isAvailable);
  }

  /** The devices see what a person does in the chat with the account. @param from number of the person, by default a contact. */
  showChatState(state: ChatState, from = firstContact): void {
    this.core.world.profiles.showChatState(this.account, from, state);
  }

  /**
   * A person gets another number. @param of the number so far, by default that of a contact.
   *
   * @throws Refusal `person-unknown`; `number-taken` when it is that of a phone, or a person has the other.
   */
  changeNumber(to: string, of = firstContact): void {
    const { profiles } = this.core.world;
    profiles.changeNumber(profiles.personOf(userJid(of)), to);
  }

  /** A person calls the account. @param from number of the caller, by default a contact. */
  ring({ from = firstContact, ...offer }: Ring = {}): CallRecord {
    return this.core.world.calls.offer(this.account, { from, ...offer });
  }

  /** The caller gives up. @throws Refusal `call-unknown`. */
  endCall(id: string): void {
    this.core.world.calls.end(this.account, id);
  }

  /** The phone rejects a call. @throws Refusal `call-unknown`. */
  rejectCall(id: string): void {
    this.core.world.calls.reject(this.account, id);
  }

  state(): PhoneState {
    const { number, devices, received, sent, contacts, blocked, calls, isAvailable, chatStates } = this.account;
    return {
      id: this.id,
      number,
      devices: [...devices.values()].map(linkedDevice),
      received,
      sent,
      chats: chatsOf(this.account, (id) => this.core.world.groups.subjectOf(id)),
      contacts,
      profile: profileOf(this.account),
      blocked,
      calls,
      isAvailable,
      chatStates,
      labels: this.account.mutations.flatMap((mutation) =>
        mutation.action === 'label' && mutation.value ? [{ id: mutation.index, ...mutation.value }] : [],
      ),
    };
  }

  kept(): KeptPhone {
    const devices = [...this.account.devices.values()].map(({ deliver: _, isLive: __, ...device }) => device);
    return { id: this.id, accountKey: toBase64(this.accountKeys.secretKey), account: { ...this.account, devices } };
  }

  private message(id: string): Message {
    const message = this.account.messages.find((one) => one.id === id);
    if (!message) throw new Refusal('message-unknown', `The account has no message "${id}".`);
    return message;
  }

  private pushnameOf(number: string): string {
    const { account } = this;
    if (number === account.number) return account.pushname;
    const contact = account.contacts.find(({ id }) => id === userJid(number));
    return contact?.pushname || this.core.world.people.get(number)?.pushname || `Stranger ${number.slice(-4)}`;
  }

  private async link(page: UnlinkedPage, keys: CompanionKeys): Promise<LinkedDevice> {
    const { account } = this;
    const { refusesLink } = this.core.circumstances.server;
    if (refusesLink === 'passkey-required') page.requestPasskey();
    if (refusesLink) throw new Refusal(refusesLink, refusals[refusesLink]);
    const deviceId = account.nextDeviceId++;
    const identity = new DeviceIdentity(account, this.accountKeys, deviceId, keys);
    const answer = await page.finishPairing(identity.success);
    if (!answer.ok) throw refusalOf(answer.code);
    if (!identity.isSignedBy(answer.proof)) {
      throw new Refusal('qr-key-mismatch', 'The page could not prove that the identity key (field 3) is its own.');
    }
    const device: Device = {
      id: deviceId,
      number: account.number,
      noisePub: page.noisePub,
      identityPub: toBase64(keys.identityPub),
      linkedAt: new Date().toISOString(),
      sync: 'pending',
      deliver: null,
      isLive: false,
      undelivered: [],
      missed: [],
    };
    account.devices.set(deviceId, device);
    this.core.emit('device-linked', { number: account.number, device: deviceId });
    page.restart();
    return linkedDevice(device);
  }
}

/** How an answer names the message that it answers. A change is no message of its own. */
function quoteOf({ id, from, content }: Message): NonNullable<Message['quoted']> {
  return { id, from, content: isChange(content) ? { kind: 'text', body: bodyOf(content) } : content };
}

/** What the phone shows. */
const refusals = {
  'passkey-required': 'The account has a passkey; continue on the device that is to be linked.',
  'account-restricted': 'The account is restricted right now and can link no device.',
  'account-banned': 'The account is banned.',
} as const;

function refusalOf(code: 'hmac-mismatch' | 'signature-mismatch' | 'gone'): Refusal {
  if (code === 'hmac-mismatch') {
    return new Refusal('qr-secret-stale', 'The ADV secret (field 4) is not the current one of the page.');
  }
  if (code === 'signature-mismatch') {
    return new Refusal('qr-key-mismatch', 'The identity key (field 3) is not the one of the page.');
  }
  return new Refusal('page-gone', 'The page that showed this went away while the phone was linking it.');
}
