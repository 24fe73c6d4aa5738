import { idbGet } from '../keys/idb.ts';
import { BaseCollection, type ModelId } from './base-collection.ts';
import type { BaseModel } from './base-model.ts';
import { Chat, Contact, Msg, Mute } from './models.ts';
import { MsgList } from './msg-list.ts';
import { Wid } from './wid.ts';

export class ContactCollection extends BaseCollection<Contact> {
  constructor() {
    super(Contact);
  }

  override findQuery(id: ModelId): Promise<Contact> {
    return Promise.resolve(this.ensure(new Wid(String(id))));
  }

  /** Returns the contact; an unknown one is created with its id only. */
  ensure(wid: Wid, fields: { name?: string; pushname?: string } = {}): Contact {
    const values = { id: wid, type: 'in', isContactBlocked: false, statusMute: false, ...fields };
    return this.get(wid) ?? (this.add(values)[0] as Contact);
  }
}

export class ChatCollection extends BaseCollection<Chat> {
  declare private readonly contacts: ContactCollection;

  constructor(contacts: ContactCollection) {
    super(Chat);
    Object.defineProperty(this, 'contacts', { value: contacts });
  }

  override findQuery(id: ModelId): Promise<Chat> {
    return Promise.resolve(this.ensure(new Wid(String(id))));
  }

  /** Returns the chat with a person, creating an empty one if needed. */
  ensure(wid: Wid): Chat {
    const known = this.get(wid);
    if (known) return known;
    const contact = this.contacts.ensure(wid);
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
      mute: new Mute({ id: wid, expiration: 0 }),
      msgs: new MsgList(),
      contact,
      formattedTitle: contact.name ?? contact.pushname ?? `+${wid.user}`,
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
  constructor() {
    super(Msg);
  }

  /**
   * Messages by the text of their keys; unknown keys are left out. What is not in memory is read from the database, which
   * refuses a key that is none.
   *
   * @throws r, see there.
   */
  async getMessagesById(ids: readonly ModelId[]): Promise<{ messages: Msg[] }> {
    const found = ids.map((id) => this.get(id));
    const missing = ids.filter((_, i) => !found[i]);
    try {
      await Promise.all(missing.map((id) => idbGet('model-storage', 'message', id as string)));
    } catch (error) {
      throw new r(error);
    }
    return { messages: found.filter((msg) => msg !== undefined) };
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

/** The replica has no business accounts: every profile is without options. */
export class BusinessProfileCollection extends BaseCollection {
  fetchBizProfile(wid: Wid): Promise<BaseModel> {
    return this.find(wid);
  }
}

/** Calls live in a Map of their own; the collection is no BaseCollection. */
export class CallCollection extends BaseCollection {
  /** The only enumerable field that is a Map; its real name is minified and changes with each build. */
  readonly $CallCollectionImpl$p_1 = new Map<string, unknown>();
}
