import { randomBytes } from 'node:crypto';
import type { ProfileChange, ProfileState } from '../../contracts/phone-control.ts';
import { Refusal } from '../../contracts/refusal.ts';
import type { ChatState, PictureAddress } from '../../contracts/replica-profiles.ts';
import type { Device, ReplicaAccount, ReplicaAccounts } from './accounts.ts';
import type { Channels } from './channels.ts';
import type { Groups } from './groups.ts';
import type { MessageDelivery } from './message-delivery.ts';
import { isChannelJid, isGroupJid, type People, type Person, type Picture, userJid, userOf } from './people.ts';
import type { Surroundings } from './world.ts';

/** The about of an account that never wrote one. */
const defaultAbout = 'Hey there! I am using WhatsApp.';

interface ProfilesParts {
  accounts: ReplicaAccounts;
  people: People;
  delivery: MessageDelivery;
  groups: Groups;
  channels: Channels;
  around: Surroundings;
}

/** What people show of themselves, picture, about and presence, and whom an account has blocked. */
export class Profiles {
  /** Start of the address of a picture, which its id follows. */
  pictureBase = '';
  private readonly parts: ProfilesParts;

  constructor(parts: ProfilesParts) {
    this.parts = parts;
  }

  /** The person behind a jid of either kind. @throws Refusal `person-unknown`. */
  personOf(jid: string): Person {
    const person = this.parts.people.withJid(jid);
    if (!person) throw new Refusal('person-unknown', `No person with the id ${jid} has an account.`);
    return person;
  }

  /**
   * The picture of a person, a group or a channel.
   *
   * @throws Refusal `picture-none`, and the one of what the account does not see: `person-unknown`, `profile-hidden`, ...
   */
  pictureFor(account: ReplicaAccount, jid: string): PictureAddress {
    const { groups, channels } = this.parts;
    const picture = isGroupJid(jid)
      ? groups.pictureFor(account.number, jid)
      : isChannelJid(jid)
        ? channels.get(jid).picture
        : this.personPictureFor(account, jid);
    if (!picture) throw new Refusal('picture-none', `${jid} has no picture.`);
    return this.addressOf(picture);
  }

  /** The bytes of a picture; undefined once it was replaced or removed. */
  pictureBytes(id: string): Buffer | undefined {
    const { people, groups, channels } = this.parts;
    const owner = [...people.all(), ...groups.all(), ...channels.all()].find(({ picture }) => picture?.id === id);
    return owner?.picture && Buffer.from(owner.picture.data, 'base64');
  }

  /** @param data JPEG in base64; null removes the picture. */
  setPicture(person: Person, data: string | null, from?: Device): PictureAddress | null {
    if (data === null) delete person.picture;
    else person.picture = newPicture(data);
    const { picture } = person;
    this.emit('picture-changed', person);
    const notification = { kind: 'picture', of: userJid(person.number), id: picture?.id ?? null } as const;
    for (const account of this.parts.accounts.all()) {
      this.parts.delivery.notify(account, notification, { ...(from && { from }) });
    }
    return picture ? this.addressOf(picture) : null;
  }

  /**
   * Gives a group or a channel another picture.
   *
   * @param data JPEG in base64; null removes the picture.
   * @throws Refusal as those operations do.
   */
  setSharedPicture(number: string, jid: string, data: string | null): PictureAddress | null {
    const { groups, channels, accounts, delivery } = this.parts;
    const picture = data === null ? null : newPicture(data);
    if (isGroupJid(jid)) groups.setPicture(number, jid, picture);
    else channels.setPicture(number, jid, picture);
    const members = isGroupJid(jid) ? groups.get(jid).members.map((member) => member.number) : channels.peopleOf(jid);
    for (const member of members) {
      const account = accounts.get(member);
      if (account) delivery.notify(account, { kind: 'picture', of: jid, id: picture?.id ?? null });
    }
    return picture && this.addressOf(picture);
  }

  /** @throws Refusal `person-unknown`, `profile-hidden`. */
  aboutFor(account: ReplicaAccount, jid: string): string {
    const person = this.personOf(jid);
    mustSee(this.parts.accounts, account, person);
    return person.about ?? defaultAbout;
  }

  /** What others see of a person is as given; absent fields stay. */
  change(person: Person, { picture, ...change }: ProfileChange): void {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    Object.assign(person, Object.fromEntries(given));
    this.emit('profile-changed', person);
    if (picture !== undefined) this.setPicture(person, picture);
  }

  /** Device ids of a person: 0 is the phone. */
  devicesOf(jid: string): number[] {
    const { accounts, people } = this.parts;
    const number = userOf(jid);
    if (!people.get(number)) return [];
    return [0, ...(accounts.get(number)?.devices.keys() ?? [])];
  }

  block(account: ReplicaAccount, jid: string, isBlocked: boolean, from?: Device): void {
    const others = account.blocked.filter((other) => other !== jid);
    account.blocked = isBlocked ? [...others, jid] : others;
    this.emit('blocklist-changed', account);
    this.parts.delivery.notify(account, { kind: 'blocklist', blocked: account.blocked }, { ...(from && { from }) });
  }

  /** The account is online, or not. */
  setPresence(account: ReplicaAccount, isAvailable: boolean): void {
    account.isAvailable = isAvailable;
    this.emit('presence', account);
    for (const other of this.parts.accounts.all()) {
      if (other !== account && !isBlockedBy(account, other.number))
        this.showPresence(other, account.number, isAvailable);
    }
  }

  /** Shows the devices of an account that a person is online, or not. */
  showPresence(account: ReplicaAccount, number: string, isAvailable: boolean): void {
    const notification = { kind: 'presence', of: userJid(number), isAvailable } as const;
    this.parts.delivery.notify(account, notification, { isKept: false });
  }

  /** What an account does in a chat. */
  setChatState(account: ReplicaAccount, to: string, state: ChatState): void {
    account.chatStates[to] = state;
    this.emit('chat-state', account);
    const peer = this.parts.accounts.get(userOf(to));
    if (peer && peer !== account) this.showChatState(peer, account.number, state);
  }

  /** Shows the devices of an account what a person does in the chat with it. */
  showChatState(account: ReplicaAccount, number: string, state: ChatState): void {
    if (isBlockedBy(account, number)) return;
    const notification = { kind: 'chat-state', from: userJid(number), state } as const;
    this.parts.delivery.notify(account, notification, { isKept: false });
  }

  /**
   * A person who has no phone in the replica gets another number, and all accounts that know the person are notified.
   *
   * @throws Refusal `number-taken`.
   */
  changeNumber(person: Person, to: string): void {
    const { people, accounts, delivery } = this.parts;
    if (people.get(to)) throw new Refusal('number-taken', `${to} has an account.`);
    if (accounts.get(person.number)) throw new Refusal('number-taken', `${person.number} is the number of a phone.`);
    const [from, next] = [userJid(person.number), userJid(to)];
    people.renumber(person, to);
    this.emit('number-changed', person);
    for (const account of accounts.all()) {
      const isKnown = account.contacts.some(({ id }) => id === from);
      if (!isKnown && !account.messages.some((message) => [message.from, message.to].includes(from))) continue;
      account.contacts = account.contacts.map((entry) => (entry.id === from ? { ...entry, id: next } : entry));
      delivery.notify(account, {
        kind: 'number-changed',
        id: randomBytes(8).toString('hex').toUpperCase(),
        from,
        to: next,
      });
    }
  }

  private emit(type: string, { number }: Person): void {
    this.parts.around.emit(type, { number });
  }

  private personPictureFor(account: ReplicaAccount, jid: string): Picture | undefined {
    const person = this.personOf(jid);
    if (person.picture) mustSee(this.parts.accounts, account, person);
    return person.picture;
  }

  private addressOf({ id }: Picture): PictureAddress {
    return { id, url: `${this.pictureBase}${id}.jpg` };
  }
}

const newPicture = (data: string): Picture => ({ id: randomBytes(8).readBigUInt64BE().toString(), data });

export const isBlockedBy = ({ blocked }: ReplicaAccount, number: string) => blocked.includes(userJid(number));

/** @throws Refusal `profile-hidden`. */
function mustSee(accounts: ReplicaAccounts, account: ReplicaAccount, { number, privacy = 'all' }: Person): void {
  if (privacy === 'all' || number === account.number) return;
  const contacts = accounts.get(number)?.contacts ?? [];
  const isContact = contacts.some(({ id }) => id === userJid(account.number));
  if (privacy === 'none' || !isContact) {
    throw new Refusal('profile-hidden', `${number} does not show this to ${account.number}.`);
  }
}

export function profileOf({ pushname, about, picture, privacy, business }: Person): ProfileState {
  return {
    pushname,
    picture: picture !== undefined,
    ...(about !== undefined && { about }),
    ...(privacy && { privacy }),
    ...(business && { business }),
  };
}
