import {
  type LinkedDevice,
  type MediaOptions,
  type MessageMark,
  type PhoneState,
  type Platform,
  type ProfileChange,
  type ProfileState,
  phoneNumberSchema,
  type SendOptions,
} from '../../contracts/phone-control.ts';
import { Refusal } from '../../contracts/refusal.ts';
import type { Content, Deed, LinkedPage } from '../../contracts/replica-message.ts';
import type { Mutation } from '../../contracts/replica-queries.ts';
import type { ReplicaCore } from '../server/replica-core.ts';
import { keyPairOf } from '../server/wire-keys.ts';
import { type Device, linkedDevice } from '../world/accounts.ts';
import { userJid } from '../world/people.ts';
import { profileOf } from '../world/profiles.ts';
import type { KeptPhone } from './kept-phones.ts';
import type { ReadMedia } from './media.ts';
import { Phone, type SentMessage } from './phone.ts';
import type { PhoneCommunities, PhoneGroups } from './phone-groups.ts';

/**
 * How long after a QR code was drawn a person has it in the camera, in milliseconds. A library that looks at the page a few times a
 * second has attached its listeners by then. [assumed]
 */
const scanAfterMs = 2_000;

/** Either the body of a text or another content. */
export type PhoneSend = SendOptions & ({ body: string; content?: undefined } | { body?: undefined; content: Content });

/** What a file is, and as `SendOptions`. */
export type MediaSend = MediaOptions & Pick<SendOptions, 'from' | 'to' | 'quoted'>;

/** The phones of a replica, with the operations of the phone control over HTTP. Every operation may throw a Refusal. */
export class Phones {
  private readonly core: ReplicaCore;
  private readonly byId = new Map<string, Phone>();

  constructor(core: ReplicaCore) {
    this.core = core;
  }

  /** Adds a phone with its own account. @param number digits of an international number. */
  create(number: string, platform?: Platform): { id: string; number: string } {
    const parsed = phoneNumberSchema.safeParse(number);
    if (!parsed.success) throw new Refusal('bad-request', `number ${parsed.error.issues[0]?.message}`);
    if (this.core.world.accounts.get(number))
      throw new Refusal('number-taken', `There is a phone with the number ${number}.`);
    const phone = new Phone(
      `phone-${this.byId.size + 1}`,
      this.core.world.accounts.create(number, platform),
      this.core,
    );
    this.byId.set(phone.id, phone);
    this.core.emit('phone-added', { number });
    return { id: phone.id, number };
  }

  /** Id of the phone with this number, which is added when there is none. */
  withNumber(number: string, platform?: Platform): string {
    const known = [...this.byId.values()].find((phone) => phone.number === number);
    return known?.id ?? this.create(number, platform).id;
  }

  /** Adds a phone of an earlier replica with its account; its devices are offline. */
  restore({ id, accountKey, account }: KeptPhone): void {
    const devices = account.devices.map((device): Device => ({ ...device, deliver: null, isLive: false }));
    const restored = this.core.world.accounts.add({
      ...account,
      devices: new Map(devices.map((device) => [device.id, device])),
    });
    this.byId.set(id, new Phone(id, restored, this.core, keyPairOf(Buffer.from(accountKey, 'base64'))));
  }

  /** The phones as `restore` takes them. */
  kept(): KeptPhone[] {
    return [...this.byId.values()].map((phone) => phone.kept());
  }

  scan(id: string, qr: string): Promise<LinkedDevice> {
    return this.telling(id, () => this.phone(id).scan(qr));
  }

  /** From now on the phone scans every QR code that a page shows. */
  scanShownCodes(id: string): void {
    this.core.reportsQr = true;
    this.core.onEvent(({ type, detail }) => {
      if (type !== 'qr-shown') return;
      const { qr } = detail as { qr: string };
      // A refusal is an event of its own; the page shows its next code.
      this.core.later(scanAfterMs, () => void this.scan(id, qr).catch(() => {}));
    });
  }

  pair(id: string, code: string): Promise<LinkedDevice> {
    return this.telling(id, () => this.phone(id).pair(code));
  }

  unlink(id: string, device?: number): number[] {
    return this.phone(id).unlink(device);
  }

  /** A message to the account, or from it: a text by its body, else its content. */
  send(id: string, { body, content, ...options }: PhoneSend): SentMessage {
    return this.phone(id).send({ ...options, content: content ?? { kind: 'text', body: body ?? '' } });
  }

  /** A person does something to a message of the account. @param from number of the person, by default the other party of the chat. */
  act(id: string, message: string, deed: Deed, from?: string): SentMessage {
    return this.phone(id).act(message, deed, from);
  }

  /** The phone displays, plays, stars, or deletes messages for itself. */
  mark(id: string, messages: readonly string[], as: MessageMark): void {
    this.phone(id).mark(messages, as);
  }

  groups(id: string): PhoneGroups {
    return this.phone(id).groups;
  }

  communities(id: string): PhoneCommunities {
    return this.phone(id).communities;
  }

  /** Changes state that the account's devices share: archived and pinned chats, contacts, labels, ... */
  change(id: string, mutation: Mutation): void {
    this.phone(id).change(mutation);
  }

  /** A message with a file, from and to whom `send` says. */
  sendMedia(id: string, bytes: Buffer, { from, to, quoted, ...file }: MediaSend): SentMessage {
    return this.phone(id).sendMedia(bytes, file, { from, to, quoted });
  }

  /** The file of a message that the phone has. */
  media(id: string, message: string): ReadMedia {
    return this.phone(id).media(message);
  }

  get(id: string): PhoneState {
    return this.phone(id).state();
  }

  list(): PhoneState[] {
    return [...this.byId.values()].map((phone) => phone.state());
  }

  /** All people with an account: contacts, phones, and those that were added. */
  people(): (ProfileState & { number: string })[] {
    return this.core.world.people.all().map((person) => ({ number: person.number, ...profileOf(person) }));
  }

  /** A person with this number shows this to others; one that does not exist is added. */
  changePerson(number: string, change: ProfileChange): ProfileState {
    const { people, profiles } = this.core.world;
    const person = people.get(number) ?? people.add({ number, pushname: `Person ${number.slice(-4)}` });
    profiles.change(person, change);
    return profileOf(person);
  }

  /**
   * A person gets another number.
   *
   * @throws Refusal `person-unknown`; `number-taken` when it is that of a phone, or a person has the other.
   */
  changeNumber(number: string, to: string): { number: string } {
    const { profiles } = this.core.world;
    profiles.changeNumber(profiles.personOf(userJid(number)), to);
    return { number: to };
  }

  /** From now on phones find this page at an address; null: nothing. */
  setLink(url: string, page: LinkedPage | null): void {
    const { links } = this.core.world;
    if (page) links.set(url, page);
    else links.delete(url);
    this.core.emit('link', { url });
  }

  /** Linked devices of all phones. */
  devices(): LinkedDevice[] {
    return this.core.world.accounts.all().flatMap((account) => [...account.devices.values()].map(linkedDevice));
  }

  /** @throws Refusal `phone-unknown`. */
  phone(id: string): Phone {
    const phone = this.byId.get(id);
    if (!phone) throw new Refusal('phone-unknown', `There is no phone "${id}".`);
    return phone;
  }

  private async telling<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal)
        this.core.emit('link-refused', { phone: id, code: error.code, message: error.message });
      throw error;
    }
  }
}
