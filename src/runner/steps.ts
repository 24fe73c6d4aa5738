import type { Code } from '../codes/codes.ts';
import type { PhaseTimings } from '../contracts/attempt.ts';
import type { Phase } from '../contracts/outcome.ts';
import { deadlines } from './deadlines.ts';
import { Finding } from './finding.ts';

type Step = keyof typeof deadlines;

/** Runs the phases of one attempt, each against its deadline and against everything that ends an attempt early. */
export class Steps {
  readonly #factor: number;
  readonly #ends = new Map<Phase, number>();
  readonly #failure = Promise.withResolvers<never>();
  #lastEnd = performance.now();
  /** The phase under way, or the last one that was. */
  phase: Step = 'launch';
  /** Of a phase that took place twice, as in a restore, the last one counts. */
  readonly timings: PhaseTimings = {};
  readonly #onEnd: (phase: Phase, ms: number) => void;
  #isRunning = false;

  /**
   * @param factor multiplies every deadline.
   * @param onEnd is told of every phase that ended well.
   */
  constructor(factor: number, onEnd: (phase: Phase, ms: number) => void) {
    this.#factor = factor;
    this.#onEnd = onEnd;
    this.#failure.promise.catch(() => {});
  }

  /** How long to wait on this machine for what takes `ms` elsewhere. */
  patience(ms: number): number {
    return ms * this.#factor;
  }

  /** Ends the attempt: the step under way, or the next one, throws `finding`. Only the first finding counts. */
  fail(finding: Finding): void {
    this.#failure.reject(finding);
  }

  /** Deadlines do not count from phases of an earlier start or link any more. */
  startOver(): void {
    this.#ends.clear();
  }

  /** `work`, or the finding that ends the attempt before. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failure.promise]);
  }

  /**
   * Runs one phase; one that begins inside another is a part of that, with a deadline of its own. `work` is raced in such a way that what has happened already wins over a later failure.
   *
   * @param codeAtDeadline tells what the deadline means where it depends on how far `work` came.
   * @throws Finding
   */
  async run<T>(phase: Step, work: () => Promise<T>, codeAtDeadline?: () => Code): Promise<T> {
    const isPart = this.#isRunning;
    if (!isPart) this.phase = phase;
    this.#isRunning = true;
    const { ms, code } = deadlines[phase];
    const left = isPart ? this.patience(ms) : this.#dueAt(phase) - performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Finding(codeAtDeadline?.() ?? code, `${phase} did not come to an end within ${this.patience(ms)} ms`),
        );
      }, left);
    });
    try {
      const result = await Promise.race([work(), this.#failure.promise, late]);
      if (!isPart) this.#end(phase);
      return result;
    } finally {
      if (!isPart) this.#isRunning = false;
      clearTimeout(timer);
    }
  }

  #dueAt(phase: Step): number {
    const { ms, since } = deadlines[phase];
    const start = since.map((earlier) => this.#ends.get(earlier)).find((end) => end !== undefined);
    return (start ?? this.#lastEnd) + this.patience(ms);
  }

  #end(phase: Phase): void {
    const now = performance.now();
    const ms = now - this.#lastEnd;
    this.timings[phase] = Math.round(ms * 10) / 10;
    this.#lastEnd = now;
    this.#ends.set(phase, now);
    this.#onEnd(phase, ms);
  }
}
