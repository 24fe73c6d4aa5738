import { createHash } from 'node:crypto';
import type { LinkedDevice, PhoneMessage } from '../../contracts/phone-control.ts';
import type { ContactRecord, ServerFrame, TextMessage } from '../../contracts/replica-protocol.ts';

/** A linked device as the server knows it. */
export interface Device {
  id: number;
  number: string;
  noisePub: string;
  identityPub: string;
  linkedAt: string;
  sync: 'pending' | 'done';
  /** Sends a frame to the device's page; null while the page has no connection. */
  deliver: ((frame: ServerFrame) => void) | null;
  /** True once the page has received what it missed; from then on each message is sent at once. */
  isLive: boolean;
  /** Messages without a receipt, or that came while the device was offline; oldest first. */
  undelivered: TextMessage[];
}

/** One WhatsApp account: number, linked devices, contacts and messages. */
export interface ReplicaAccount {
  number: string;
  lid: string;
  pushname: string;
  contacts: ContactRecord[];
  devices: Map<number, Device>;
  nextDeviceId: number;
  /** All texts sent and received by the account, oldest first. */
  messages: TextMessage[];
  /** Messages that reached the primary phone: from linked devices, and from others to the number. */
  received: PhoneMessage[];
  /** Messages sent to the linked devices through the phone control. */
  sent: PhoneMessage[];
}

/** Numbers reserved for fiction; every account has the same three contacts. */
const people = [
  { number: '12025550101', name: 'Ada Canary' },
  { number: '12025550102', name: 'Ben Canary' },
  { number: '12025550103', name: 'Cleo Canary' },
] as const;
export const firstContact = people[0].number;

export const userJid = (number: string) => `${number}@c.us`;
export const numberOf = (jid: string) => jid.slice(0, jid.indexOf('@'));

/** The accounts of a replica by number, kept as long as the replica runs. */
export class ReplicaAccounts {
  private readonly byNumber = new Map<string, ReplicaAccount>();

  get(number: string): ReplicaAccount | undefined {
    return this.byNumber.get(number);
  }

  create(number: string): ReplicaAccount {
    const account: ReplicaAccount = {
      number,
      lid: `${lidUser(number)}@lid`,
      pushname: `Canary ${number.slice(-4)}`,
      contacts: people.map(({ number: contact, name }) => ({ id: userJid(contact), name, pushname: name })),
      devices: new Map(),
      nextDeviceId: 1,
      messages: [],
      received: [],
      sent: [],
    };
    return this.add(account);
  }

  add(account: ReplicaAccount): ReplicaAccount {
    this.byNumber.set(account.number, account);
    return account;
  }

  all(): ReplicaAccount[] {
    return [...this.byNumber.values()];
  }

  /** True for the number of an account or of a contact. */
  exists(number: string): boolean {
    return this.byNumber.has(number) || people.some((person) => person.number === number);
  }
}

export function linkedDevice({ id, number, linkedAt, noisePub, identityPub, sync, deliver }: Device): LinkedDevice {
  return { id, number, linkedAt, noisePub, identityPub, sync, connected: deliver !== null };
}

/** The same number has the same lid in every replica. */
function lidUser(number: string): string {
  const digest = createHash('sha256').update(number).digest();
  return `1${(digest.readUIntBE(0, 6) % 1e14).toString().padStart(14, '0')}`;
}
