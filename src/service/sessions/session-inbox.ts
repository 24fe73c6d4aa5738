import type { SeenEvent } from '../../contracts/host.ts';

/** What happens to one session, in the order in which it came: events of its host, and what the service itself tells it. */
export class SessionInbox {
  readonly #events: SeenEvent[] = [];
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  push(event: SeenEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  /** Waits for the next event. */
  async next(): Promise<SeenEvent> {
    while (true) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

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
