import type { Notification, NotificationKind, NotificationOf } from '../../../contracts/replica-notifications.ts';
import { CallModel } from '../model/people-models.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import type { GroupSync } from './groups.ts';
import type { SharedState } from './shared-state.ts';

/** What the chat state of another party is called in a `Chatstate`. */
const chatstateTypes = { composing: 'composing', recording: 'recording_audio', paused: 'available' } as const;

type NotificationHandlers = { [K in NotificationKind]: (notification: NotificationOf<K>) => void };

/** Takes over what the server tells without being asked. */
export class Notifications {
  private readonly page: Page;
  private readonly handlers: NotificationHandlers;

  constructor(page: Page, sharedState: SharedState, groups: GroupSync) {
    this.page = page;
    this.handlers = {
      mutation: ({ mutation }) => sharedState.apply(mutation),
      group: ({ group }) => groups.apply(group),
      channel: ({ channel }) => groups.applyChannel(channel),
      'channel-gone': ({ channel }) => page.newsletters.remove(channel),
      picture: ({ of }) => page.pictures.get(of)?.set({ stale: true }),
      blocklist: ({ blocked }) => this.replaceBlocklist(blocked),
      presence: ({ of, isAvailable }) => {
        this.presence(of).set({ isOnline: isAvailable, hasData: true });
      },
      'chat-state': ({ from, state }) => {
        this.presence(from).chatstate.set({ type: chatstateTypes[state], t: Math.floor(Date.now() / 1000) });
      },
      'number-changed': (notification) => this.changeNumber(notification),
      call: ({ call }) => {
        if (call.state === 'ringing') page.calls.add(new CallModel(call));
        else page.calls.remove(call.id);
      },
    };
  }

  handle(notification: Notification): void {
    (this.handlers[notification.kind] as (notification: Notification) => void)(notification);
  }

  replaceBlocklist(blocked: readonly string[]): void {
    const { blocklist, contacts } = this.page;
    for (const { id } of blocklist.getModelsArray()) this.markBlocked(id as Wid, false);
    blocklist.replaceAllWith(blocked);
    for (const id of blocked.map((each) => new Wid(each))) {
      contacts.ensure(id);
      this.markBlocked(id, true);
    }
  }

  /** As on the real page, a person is blocked by number and by lid. */
  private markBlocked(wid: Wid, isContactBlocked: boolean): void {
    const { contacts, lids } = this.page;
    for (const id of [wid, lids.alternateOf(wid)]) if (id) contacts.get(id)?.set({ isContactBlocked });
  }

  private presence(id: string) {
    const { presences, chats, lids } = this.page;
    const wid = new Wid(id);
    const presence = presences.gadd(wid);
    for (const one of [wid, lids.alternateOf(wid)]) if (one) chats.get(one)?.set({ presence });
    return presence;
  }

  /** The chat goes on under the new number, where a message says so. */
  private changeNumber({ id, from, to }: NotificationOf<'number-changed'>): void {
    const { page } = this;
    const [old, next] = [new Wid(from), new Wid(to)];
    const { name, shortName, pushname } = page.contacts.ensure(old);
    page.contacts.ensure(next, { ...(pushname !== undefined && { pushname }) });
    if (name !== undefined) {
      page.contacts.change(old, null);
      page.contacts.change(next, { name, shortName });
    }
    const chat = page.chats.ensure(next);
    const [message] = page.msgs.add({
      id: new page.MsgKey({ fromMe: false, remote: next, id }),
      type: 'notification_template',
      subtype: 'change_number',
      from: old,
      to: next,
      t: Math.floor(Date.now() / 1000),
      ack: 0,
      isNewMsg: false,
      isNotification: true,
      templateParams: [from, to],
      chat,
    });
    if (!message) return;
    chat.msgs.add(message);
    // The real page gives each message its row in the database after it was added.
    message.set({ rowId: page.msgs.length });
  }
}
