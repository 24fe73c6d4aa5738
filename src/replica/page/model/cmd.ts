import type { Behaviours } from '../../../contracts/surface.ts';
import { EventEmitter } from './event-emitter.ts';

/** What the page tells its own parts about; which name it has depends on the build. */
export type CmdEvent = 'logout' | 'starting_logout' | 'offline_progress_update' | 'main_stream_mode_ready';

/** The page's event bus. `refreshQR` and `logout` are methods of it only as long as events have their plain names. */
export class Cmd extends EventEmitter {
  declare private readonly suffix: string;
  declare isMainStreamReadyMd: boolean;
  declare refreshQR?: () => void;
  declare logout?: (reason?: string) => void;

  constructor(events: Behaviours['cmdEvents']) {
    super();
    this.isMainStreamReadyMd = false;
    Object.defineProperty(this, 'suffix', { value: events === 'from_bridge' ? '_from_bridge' : '' });
  }

  /** Tells it under the name that the build uses. */
  tell(event: CmdEvent, ...args: unknown[]): void {
    this.trigger(`${event}${this.suffix}`, ...args);
  }
}
