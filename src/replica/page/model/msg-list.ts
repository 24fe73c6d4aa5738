import { BaseCollection } from './base-collection.ts';
import { Msg } from './models.ts';

/** The messages of one chat, oldest first; their events are triggered on the collection of all messages. */
export class MsgList extends BaseCollection<Msg> {
  /** Whether the page has no messages before the first one here. */
  declare readonly msgLoadState: { noEarlierMsgs: boolean };

  constructor() {
    super(Msg);
    Object.defineProperty(this, 'msgLoadState', { value: { noEarlierMsgs: true } });
  }
}
