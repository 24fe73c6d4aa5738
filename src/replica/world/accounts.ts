import type { LinkedDevice, PhoneMessage, Platform } from '../../contracts/phone-control.ts';
import type { Message } from '../../contracts/replica-message.ts';
import type { Notification } from '../../contracts/replica-notifications.ts';
import type { CallRecord, ChatState } from '../../contracts/replica-profiles.ts';
import type { ContactRecord, ServerFrame } from '../../contracts/replica-protocol.ts';
import type { Mutation } from '../../contracts/replica-queries.ts';
import { contacts, lidOf, type People, type Person, userJid } from './people.ts';

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
  undelivered: Message[];
  /** What happened while the device was offline, oldest first. */
  missed: Notification[];
  /** Of the chats whose older messages the device has not: the id of the oldest message that it has, by jid. */
  oldest?: Record<string, string>;
}

/** One WhatsApp account: a person with linked devices, contacts and messages. */
export interface ReplicaAccount extends Person {
  lid: string;
  platform: Platform;
  contacts: ContactRecord[];
  /** Jids of the people that the account has blocked. */
  blocked: string[];
  calls: CallRecord[];
  /** Whether a device shows the account as online. */
  isAvailable: boolean;
  /** What the account last did in each chat. */
  chatStates: Record<string, ChatState>;
  devices: Map<number, Device>;
  nextDeviceId: number;
  /** All messages sent and received by the account, oldest first. */
  messages: Message[];
  /** State that all devices share: the last mutation of each action and index, unless it is in another field. */
  mutations: Mutation[];
  /** Messages that reached the primary phone: from linked devices, and from others to the number. */
  received: PhoneMessage[];
  /** Messages sent to the linked devices through the phone control. */
  sent: PhoneMessage[];
  /** Who has received, read or played messages of the account. */
  receipts: Receipt[];
}

/** One person has received (2), read (3) or played (4) a message. */
export interface Receipt {
  message: string;
  /** Number of the person. */
  by: string;
  /** The linked device of the person on which; 0 = the phone. */
  device: number;
  ack: number;
  /** Seconds since 1970. */
  t: number;
}

/** The accounts of a replica by number, kept as long as the replica runs. */
export class ReplicaAccounts {
  private readonly people: People;
  private readonly byNumber = new Map<string, ReplicaAccount>();

  constructor(people: People) {
    this.people = people;
  }

  get(number: string): ReplicaAccount | undefined {
    return this.byNumber.get(number);
  }

  create(number: string, platform: Platform = 'android'): ReplicaAccount {
    const account: ReplicaAccount = {
      number,
      lid: lidOf(number),
      platform,
      pushname: `Canary ${number.slice(-4)}`,
      contacts: contacts.map(({ number: contact, pushname }) => ({ id: userJid(contact), name: pushname, pushname })),
      blocked: [],
      calls: [],
      isAvailable: false,
      chatStates: {},
      devices: new Map(),
      nextDeviceId: 1,
      messages: [],
      mutations: [],
      received: [],
      sent: [],
      receipts: [],
    };
    return this.add(account);
  }

  add(account: ReplicaAccount): ReplicaAccount {
    this.byNumber.set(account.number, account);
    this.people.add(account);
    return account;
  }

  all(): ReplicaAccount[] {
    return [...this.byNumber.values()];
  }
}

export function linkedDevice({ id, number, linkedAt, noisePub, identityPub, sync, deliver }: Device): LinkedDevice {
  return { id, number, linkedAt, noisePub, identityPub, sync, connected: deliver !== null };
}
