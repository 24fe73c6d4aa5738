import { BaseCollection, type ModelId } from './base-collection.ts';
import { type Attributes, BaseModel, defineAttributes } from './base-model.ts';
import type { Msg } from './models.ts';
import { MsgList } from './msg-list.ts';
import { Wid } from './wid.ts';

/** What one person has posted in the status. */
export class Status extends BaseModel {
  declare id: Wid;
  declare t: number;
  declare unreadCount: number;
  declare totalCount: number;
  declare msgs: MsgList;

  /** The author hears that the account has seen the message. */
  async sendReadStatus(msg: Msg): Promise<void> {
    if (msg.get('viewed')) return;
    (this.collection as unknown as StatusCollection | undefined)?.sendRead(msg);
    this.unreadCount = Math.max(0, this.unreadCount - 1);
  }

  /** A message that its author has deleted is not shown any longer. */
  forget(msg: Msg): void {
    const kept = this.msgs.filter((other) => other !== msg);
    this.msgs.reset();
    this.msgs.add(kept);
    this.set({ totalCount: kept.length });
  }

  /** On the real page with the messages. */
  override serialize(): Attributes {
    return { ...super.serialize(), msgs: this.msgs.serialize() };
  }
}
defineAttributes(Status, { props: ['id', 't', 'unreadCount', 'totalCount'], session: ['msgs', 'lastReceivedKey'] });

/** The status of the account and of those whose contact it is, by author. */
export class StatusCollection extends BaseCollection<Status> {
  /** Set by what has the connection. */
  declare sendRead: (msg: Msg) => void;
  declare isMe: (wid: Wid) => boolean;

  constructor() {
    super(Status);
    Object.defineProperties(this, {
      sendRead: { value: () => {}, writable: true },
      isMe: { value: () => false, writable: true },
    });
  }

  of(author: Wid): Status {
    const known = this.get(author);
    if (known) return known;
    return this.add({ id: author, t: 0, unreadCount: 0, totalCount: 0, msgs: new MsgList() })[0] as Status;
  }

  getMyStatus(): Status | undefined {
    return this.findFirst(({ id }) => this.isMe(id));
  }

  /** @throws Error for a person without a status: the server has none to send. */
  override async findQuery(id: ModelId): Promise<Status> {
    const known = this.get(new Wid(String(id)));
    if (!known) throw new Error(`no status of ${id}`);
    return known;
  }
}
