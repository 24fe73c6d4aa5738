import { createHash, randomBytes } from 'node:crypto';
import type { BusinessRecord } from '../../contracts/replica-profiles.ts';

/** A person with a WhatsApp account. Those with a phone of their own in the replica have a `ReplicaAccount` besides. */
export interface Person {
  /** Digits of the international number. */
  number: string;
  /** The name that the person chose. */
  pushname: string;
  /** True for a person whom others cannot add to groups, but only invite. */
  isAddedByInvitation?: boolean;
  /** The text below the name. */
  about?: string | undefined;
  picture?: Picture | undefined;
  /** Who sees picture and about: by default all. */
  privacy?: 'all' | 'contacts' | 'none' | undefined;
  /** Present for a business. */
  business?: BusinessRecord | undefined;
}

/** A profile picture: an id of its own for each version, and the JPEG in base64. */
export interface Picture {
  id: string;
  data: string;
}

/** Numbers reserved for fiction; every account has these three contacts. */
export const contacts: readonly Person[] = [
  { number: '12025550101', pushname: 'Ada Canary' },
  { number: '12025550102', pushname: 'Ben Canary' },
  { number: '12025550103', pushname: 'Cleo Canary' },
];
export const firstContact = '12025550101';

/** All people with a WhatsApp account, by number. */
export class People {
  private readonly byNumber = new Map<string, Person>();
  private readonly byLid = new Map<string, Person>();

  constructor() {
    for (const person of contacts) this.add({ ...person });
  }

  get(number: string): Person | undefined {
    return this.byNumber.get(number);
  }

  /** The person with this jid, by number or by lid. */
  withJid(jid: string): Person | undefined {
    return jid.endsWith('@lid') ? this.byLid.get(jid) : this.byNumber.get(userOf(jid));
  }

  add(person: Person): Person {
    this.byNumber.set(person.number, person);
    this.byLid.set(lidOf(person.number), person);
    return person;
  }

  renumber(person: Person, number: string): void {
    this.byNumber.delete(person.number);
    this.byLid.delete(lidOf(person.number));
    person.number = number;
    this.add(person);
  }

  all(): Person[] {
    return [...this.byNumber.values()];
  }
}

export const userJid = (number: string) => `${number}@c.us`;
export const userOf = (jid: string) => jid.slice(0, jid.indexOf('@'));
/** Id of a message that a phone writes. */
export const newMessageId = () => `3A${randomBytes(9).toString('hex').toUpperCase()}`;

/** What a status is sent to. */
export const statusJid = 'status@broadcast';
export const isChannelJid = (jid: string) => jid.endsWith('@newsletter');
export const isGroupJid = (jid: string) => jid.endsWith('@g.us');
export const isUserJid = (jid: string) => jid.endsWith('@c.us') || jid.endsWith('@lid');

/** The id that hides a number. The same number has the same lid in every replica. */
export function lidOf(number: string): string {
  const known = lids.get(number);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(number).digest();
  const lid = `1${(digest.readUIntBE(0, 6) % 1e14).toString().padStart(14, '0')}@lid`;
  lids.set(number, lid);
  return lid;
}

/** Every message of a history names its author by lid, too. */
const lids = new Map<string, string>();
