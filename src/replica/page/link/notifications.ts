import type { Notification, NotificationKind, NotificationOf } from '../../../contracts/replica-notifications.ts';
import type { SharedState } from './shared-state.ts';

/** What handles each kind of notification of the server. */
type Handlers = { [K in NotificationKind]: (notification: NotificationOf<K>) => void };

/** Takes over what the server tells without being asked. */
export class Notifications {
  private readonly handlers: Handlers;

  constructor(sharedState: SharedState) {
    this.handlers = {
      mutation: ({ mutation }) => sharedState.apply(mutation),
    };
  }

  handle(notification: Notification): void {
    (this.handlers[notification.kind] as (notification: Notification) => void)(notification);
  }
}
