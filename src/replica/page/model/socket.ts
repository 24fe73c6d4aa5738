import { BaseModel, defineAttributes } from './base-model.ts';
import type { SocketState, SocketStream } from './models.ts';

/** What the connection can be told to do; the lifecycle gives it. */
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

  /** Fire and forget, as on the real page: answers nothing and runs on by itself. */
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
