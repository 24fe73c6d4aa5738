import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../store/database/database-errors.ts';
import type { LogLine } from '../log-line.ts';
import { loggableError } from '../loggable.ts';

interface Work {
  /** The name in the log. */
  name: string;
  run(): Promise<void>;
  /** True when sessions are lost if it keeps failing. */
  vital?: boolean;
  /** Milliseconds between two runs; jitter keeps instances from running in step. */
  everyMs?: number;
}

/** Interval of recurring work, in milliseconds, unless an instance is given another. */
export const defaultTickMs = 1_000;

/** The recurring work of an instance. Each piece has its own loop: a slow one delays no other. */
export class Loops {
  readonly #log: (line: LogLine) => void;
  readonly #tickMs: number;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** Work whose last run failed because the database was unavailable. */
  readonly #waiting = new Set<Work>();
  /** Work whose last run failed for another reason, with the message. */
  readonly #failing = new Map<Work, string>();

  /** @param tickMs interval of work that names none, in milliseconds. */
  constructor(log: (line: LogLine) => void, tickMs = defaultTickMs) {
    this.#log = log;
    this.#tickMs = tickMs;
  }

  /** False while the database is unavailable or vital work fails. */
  get succeed(): boolean {
    return this.#waiting.size === 0 && ![...this.#failing.keys()].some(({ vital }) => vital);
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  start(work: Work): void {
    this.#running.push(this.#repeat(work));
  }

  /** Starts no more runs; settles when those under way have ended. */
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
      // Work that waits for the database is retried soon, even if its interval is long.
      const waitMs = this.#waiting.has(work) ? this.#tickMs : (work.everyMs ?? this.#tickMs);
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

  /** An unavailable database affects all work; any other error only this work. Each is logged once, not every second. */
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
