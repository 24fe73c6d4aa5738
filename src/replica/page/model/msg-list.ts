import { BaseCollection } from './base-collection.ts';
import { Msg } from './models.ts';

/** The messages of one chat, oldest first; what they trigger is heard on the collection of all messages. */
export class MsgList extends BaseCollection<Msg> {
  /** Nothing older is on the server. */
  declare readonly msgLoadState: { noEarlierMsgs: boolean };

  constructor() {
    super(Msg);
    Object.defineProperty(this, 'msgLoadState', { value: { noEarlierMsgs: true } });
  }
}
