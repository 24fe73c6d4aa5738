import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../store/database/database-errors.ts';
import type { LogLine } from './log-line.ts';

type Work = () => Promise<void>;

/** Between two looks for work, in milliseconds. */
export const tickMs = 1_000;

/** What an instance does again and again, each piece of work on its own: a slow one holds no other up. */
export class Loops {
  readonly #log: (line: LogLine) => void;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** Work that the database did not answer when it was last tried. */
  readonly #unanswered = new Set<Work>();

  constructor(log: (line: LogLine) => void) {
    this.#log = log;
  }

  /** True unless the database left work unanswered. */
  get databaseAnswers(): boolean {
    return this.#unanswered.size === 0;
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Repeats `work` about every `everyMs` milliseconds; spread by jitter, so that instances do not ask in step. */
  start(work: Work, everyMs = tickMs): void {
    this.#running.push(this.#repeat(work, everyMs));
  }

  /** Settles when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #repeat(work: Work, everyMs: number): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await work().then(
        () => this.#answered(work),
        (error) => this.#failed(work, error),
      );
      // What the database did not answer is soon tried again, however seldom it is done.
      const waitMs = this.#unanswered.has(work) ? tickMs : everyMs;
      await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  #answered(work: Work): void {
    if (this.#unanswered.delete(work) && this.databaseAnswers) this.#log({ event: 'database-answers' });
  }

  /** A database that does not answer is waited for; anything else is a fault of this work alone. */
  #failed(work: Work, error: unknown): void {
    if (isUnavailable(error)) {
      if (this.databaseAnswers) this.#log({ event: 'database-trouble', message: String(error) });
      this.#unanswered.add(work);
    } else {
      this.#log({ event: 'trouble', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
}
