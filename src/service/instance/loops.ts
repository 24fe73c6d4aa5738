import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../store/database/database-errors.ts';
import type { LogLine } from '../log-line.ts';
import { loggableError } from '../loggable.ts';

interface Work {
  /** What the log calls it. */
  name: string;
  run(): Promise<void>;
  /** True when sessions are lost unless it succeeds. */
  vital?: boolean;
  /** Milliseconds between two times; spread by jitter, so that instances do not ask in step. */
  everyMs?: number;
}

/** Between two looks for work, in milliseconds. */
export const tickMs = 1_000;

/** What an instance does again and again, each piece of work on its own: a slow one holds no other up. */
export class Loops {
  readonly #log: (line: LogLine) => void;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** Work that could not be done when it was last tried because there was no database to do it with. */
  readonly #waiting = new Set<Work>();
  /** Work that failed for another reason when it was last tried, with what it said. */
  readonly #failing = new Map<Work, string>();

  constructor(log: (line: LogLine) => void) {
    this.#log = log;
  }

  /** True unless the database left work undone, or what sessions depend on fails. */
  get succeed(): boolean {
    return this.#waiting.size === 0 && ![...this.#failing.keys()].some(({ vital }) => vital);
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  start(work: Work): void {
    this.#running.push(this.#repeat(work));
  }

  /** Settles when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #repeat(work: Work): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await work.run().then(
        () => this.#succeeded(work),
        (error) => this.#failed(work, error),
      );
      // What waits for the database is soon tried again, however seldom it is done.
      const waitMs = this.#waiting.has(work) ? tickMs : (work.everyMs ?? tickMs);
      await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  #succeeded(work: Work): void {
    this.#answered(work);
    if (this.#failing.delete(work)) this.#log({ event: 'work-goes-on', work: work.name });
  }

  #answered(work: Work): void {
    if (this.#waiting.delete(work) && this.#waiting.size === 0) this.#log({ event: 'database-answers' });
  }

  /** A database that is away is waited for; anything else is a fault of this work alone. Each is told once, not every second. */
  #failed(work: Work, error: unknown): void {
    const said = loggableError(error);
    if (isUnavailable(error)) {
      if (this.#waiting.size === 0) this.#log({ event: 'database-trouble', message: said.message });
      this.#waiting.add(work);
      return;
    }
    this.#answered(work);
    if (this.#failing.get(work) === said.message) return;
    this.#failing.set(work, said.message);
    this.#log({ event: 'work-failed', work: work.name, ...said });
  }
}
