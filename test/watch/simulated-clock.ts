import type { Clock } from '../../src/watch/watch.ts';

/** Time that passes only while all sleep. */
export class SimulatedClock implements Clock {
  #now: number;
  readonly #works = new Set<Promise<unknown>>();
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      const abort = () => {
        const place = this.#sleepers.indexOf(sleeper);
        if (place >= 0) this.#sleepers.splice(place, 1);
        resolve();
      };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** No time passes while this is done, although it waits for something else than the clock. */
  async standingStill<T>(work: Promise<T>): Promise<T> {
    const still = work.finally(() => this.#works.delete(still));
    this.#works.add(still);
    return still;
  }

  /** Lets time pass until `end`, waking sleepers in sequence; what they do in between takes no time. */
  async run(end: number): Promise<void> {
    while (true) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#works.size > 0) {
        await Promise.allSettled(this.#works);
        continue;
      }
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers[0];
      if (!next || next.at > end) break;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = end;
  }
}
