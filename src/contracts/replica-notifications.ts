import type { ChannelInfo } from './replica-channels.ts';
import type { GroupInfo } from './replica-groups.ts';
import type { ProfileNotification } from './replica-profiles.ts';
import type { Mutation } from './replica-queries.ts';

/** What the server of a replica tells a page without being asked. */
export type Notification =
  /** Another device of the account, or its phone, changed state that they share. */
  | { kind: 'mutation'; mutation: Mutation }
  /** A group is as this from now on; one that the account has left is without it among the participants. */
  | { kind: 'group'; group: GroupInfo }
  /** A channel is as this from now on, as the account sees it. */
  | { kind: 'channel'; channel: ChannelInfo }
  /** A channel was deleted. */
  | { kind: 'channel-gone'; channel: string }
  | ProfileNotification;

export type NotificationKind = Notification['kind'];
export type NotificationOf<K extends NotificationKind> = Extract<Notification, { kind: K }>;
