import { BaseModel, defineAttributes } from './base-model.ts';
import type { SocketState, SocketStream } from './models.ts';

/** Actions of the connection, provided by the lifecycle. */
export interface SocketActions {
  logout(reason?: string): void;
  takeover(): void;
  reconnect(): void;
}

/** The connection of the page as its code sees it. All attributes are `session`: serialize() is empty. */
export class Socket extends BaseModel {
  declare state: SocketState;
  declare stream: SocketStream;
  /** Undefined until the first critical sync is done, then true until logout. */
  declare hasSynced: true | undefined;
  declare private actions: SocketActions;

  constructor() {
    super({ state: 'UNLAUNCHED', stream: 'DISCONNECTED' });
  }

  use(actions: SocketActions): void {
    Object.defineProperty(this, 'actions', { value: actions });
  }

  /** Returns at once, as on the real page; the logout continues in the background. */
  logout(reason = 'user_initiated'): void {
    this.actions.logout(reason);
  }

  takeover(): void {
    this.actions.takeover();
  }

  reconnect(): void {
    this.actions.reconnect();
  }
}
defineAttributes(Socket, {
  props: [],
  session: ['socket', 'launchGeneration', 'hasSynced', 'state', 'stream', 'isIncognito', 'retryTimestamp'],
});
