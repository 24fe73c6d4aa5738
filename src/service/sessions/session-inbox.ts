import type { SeenEvent } from '../../contracts/host.ts';
import { Inbox } from './inbox.ts';

/** What happens to one session: events of its host, and what the service itself tells it. */
export class SessionInbox extends Inbox<SeenEvent> {
  #timer: NodeJS.Timeout | undefined;

  tell(type: string, detail: string | null = null): void {
    this.push({ at: 0, type, detail });
  }

  /** Tells `type` in `ms` milliseconds, whatever comes meanwhile. */
  later(type: string, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.tell(type), ms);
  }

  /** Tells `type` in `ms` milliseconds unless something else is expected by then: the deadline before it no longer counts. */
  expect(type: string, ms: number): void {
    this.expectNothing();
    this.#timer = this.later(type, ms);
  }

  expectNothing(): void {
    clearTimeout(this.#timer);
  }
}
