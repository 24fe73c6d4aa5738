import type { Mutation } from './replica-queries.ts';

/** What the server of a replica tells a page without being asked. */
export type Notification =
  /** Another device of the account, or its phone, changed state that they share. */
  { kind: 'mutation'; mutation: Mutation };

export type NotificationKind = Notification['kind'];
export type NotificationOf<K extends NotificationKind> = Extract<Notification, { kind: K }>;
