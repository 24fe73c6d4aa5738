import { idbGet } from '../keys/idb.ts';
import type { MuteCollection } from './account-models.ts';
import { BaseCollection, type ModelId } from './base-collection.ts';
import type { GroupMetadataCollection } from './groups.ts';
import { Chat, Contact, Msg } from './models.ts';
import { MsgList } from './msg-list.ts';
import type { Lids } from './people-models.ts';
import { Wid } from './wid.ts';

export class ContactCollection extends BaseCollection<Contact> {
  declare private readonly lids: Lids;

  constructor(lids: Lids) {
    super(Contact);
    Object.defineProperty(this, 'lids', { value: lids });
  }

  override findQuery(id: ModelId): Promise<Contact> {
    return Promise.resolve(this.ensure(new Wid(String(id))));
  }

  /** Returns the contact; an unknown one is created with its id only, one by lid with the number that the page knows. */
  ensure(wid: Wid, fields: { name?: string; pushname?: string } = {}): Contact {
    const known = this.get(wid);
    if (known) return known;
    const phoneNumber = this.lids.numberOf(wid);
    const values = { id: wid, type: 'in', isContactBlocked: false, statusMute: false, ...fields };
    return this.add({ ...values, ...(phoneNumber && { phoneNumber }) })[0] as Contact;
  }

  /** Takes over an entry of the address book; null: there is none. */
  change(wid: Wid, entry: { name: string; shortName?: string | undefined } | null): void {
    this.ensure(wid).set({
      name: entry?.name,
      shortName: entry && (entry.shortName ?? entry.name.split(' ')[0]),
      isContactSyncCompleted: 1,
    });
  }
}

/** How the list of chats names a person. */
export function titleOf({ name, pushname, phoneNumber, id }: Contact): string {
  return name ?? pushname ?? `+${(phoneNumber ?? id).user}`;
}

export class ChatCollection extends BaseCollection<Chat> {
  declare private readonly contacts: ContactCollection;
  declare private readonly groups: GroupMetadataCollection;
  declare private readonly mutes: MuteCollection;
  /** Whether chats with one person are addressed by lid; set by what knows the account. */
  declare isByLid: () => boolean;

  constructor(contacts: ContactCollection, mutes: MuteCollection, groups: GroupMetadataCollection) {
    super(Chat);
    Object.defineProperties(this, {
      contacts: { value: contacts },
      mutes: { value: mutes },
      groups: { value: groups },
      isByLid: { value: () => false, writable: true },
    });
  }

  /** Pinned chats first, then by activity, as the list of chats shows them. */
  override getModelsArray(): Chat[] {
    return super.getModelsArray().sort((a, b) => b.pin - a.pin || (b.t ?? 0) - (a.t ?? 0));
  }

  /**
   * Asks for a chat that the page does not have with `findImpl`. The real collection has none since 2023-08 (wppconnect-team/wa-js#1268,
   * devlikeapro/waha#2236), so this fails on a page to which a library did not add one.
   *
   * @throws Error for a number where chats are addressed by lid.
   */
  override async findQuery(id: ModelId): Promise<Chat> {
    const found = await (this as unknown as { findImpl(id: ModelId): Promise<{ id: ModelId }> }).findImpl(id);
    const wid = new Wid(String(found.id));
    if (wid.isRegularUserPn() && this.isByLid()) throw new Error('Lid is missing in chat table');
    return this.ensure(wid);
  }

  /** Returns the chat with a person or a group, creating an empty one if needed. */
  ensure(wid: Wid): Chat {
    const known = this.get(wid);
    if (known) return known;
    const contact = this.contacts.ensure(wid);
    const groupMetadata = wid.isGroup() ? this.groups.ensure(wid) : undefined;
    const title =
      groupMetadata?.subject ?? contact.name ?? contact.pushname ?? (wid.isUser() ? `+${wid.user}` : wid.user);
    return this.add({
      id: wid,
      t: 0,
      unreadCount: 0,
      archive: false,
      isReadOnly: false,
      isLocked: false,
      muteExpiration: 0,
      isAutoMuted: false,
      notSpam: true,
      pin: 0,
      mute: this.mutes.gadd(wid),
      msgs: new MsgList(),
      contact,
      formattedTitle: title,
      ...(groupMetadata && { groupMetadata, name: title }),
    })[0] as Chat;
  }

  getActive(): Chat | undefined {
    return this.findFirst((chat) => Boolean(chat.get('active')));
  }

  getLatestChatForWid(wid: Wid): Chat | undefined {
    return this.get(wid);
  }
}

export class MsgCollection extends BaseCollection<Msg> {
  /** Set by what has the messages: loads those with these keys, or all. */
  declare loadStored: (keys?: readonly string[]) => void;

  constructor() {
    super(Msg);
    Object.defineProperty(this, 'loadStored', { value: () => {}, writable: true });
  }

  /**
   * Messages with the words, the latest first.
   *
   * @param page counts from 1.
   * @param remote id of the chat; all chats when left out.
   */
  async search(
    query: string,
    page = 1,
    count = 50,
    remote?: ModelId,
  ): Promise<{ messages: Msg[]; eof: boolean; canceled: boolean }> {
    this.loadStored();
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (msg: Msg) => {
      const text = `${msg.get('body') ?? ''} ${msg.get('caption') ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const isWanted = (msg: Msg) => (remote === undefined || msg.id.remote.equals(remote)) && has(msg);
    const found = this.filter(isWanted).sort((a, b) => b.t - a.t);
    const start = (page - 1) * count;
    return { messages: found.slice(start, start + count), eof: start + count >= found.length, canceled: false };
  }

  /**
   * Messages by the text of their keys; unknown keys are left out. What is not in memory is read from the database, which
   * refuses a key that is none.
   *
   * @throws r, see there.
   */
  async getMessagesById(ids: readonly ModelId[]): Promise<{ messages: Msg[] }> {
    const missing = ids.filter((id) => !this.get(id));
    try {
      await Promise.all(missing.map((id) => idbGet('model-storage', 'message', id as string)));
    } catch (error) {
      throw new r(error);
    }
    this.loadStored(missing.map(String));
    return { messages: ids.flatMap((id) => this.get(id) ?? []) };
  }
}

/**
 * How real pages pass on an error of their database: name and message are the class's short name, so that all that a program
 * outside of the page sees is `r: r`; the cause is in the stack (wwebjs/whatsapp-web.js#201848, #201869).
 */
class r extends Error {
  constructor(cause: unknown) {
    super('r', { cause });
    this.name = 'r';
    this.stack = String(cause);
  }
}
