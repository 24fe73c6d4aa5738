import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Code } from '../codes/codes.ts';
import type { PhaseTimings, Span } from '../contracts/attempt.ts';
import type { Phase } from '../contracts/outcome.ts';
import { eventTime } from '../host/host-process.ts';
import { codeOfLate, type FlowStep, flowSteps, type LaunchProgress } from '../session/deadlines.ts';
import { codeOf, messageOf } from './classify.ts';
import { Finding } from './finding.ts';

/** Steps that do nothing by themselves: what ends them is an answer to an earlier one. */
const waits: ReadonlySet<FlowStep> = new Set(['message', 'ack', 'event']);

/** A stage that is over. */
export interface EndedStage {
  flow: string;
  thrown: Finding | null;
  /** Milliseconds of the epoch. */
  endedAt: number;
  /** See `Steps.actedAt`. */
  actedAt: number;
}

const launched: LaunchProgress = { isLoaded: true, hasBrowser: true };

/** Runs the phases of one attempt, each against its deadline and against everything that ends an attempt early. */
export class Steps {
  readonly #factor: number;
  #stage: string | undefined;
  readonly #ends = new Map<Phase, number>();
  readonly #failure = Promise.withResolvers<never>();
  readonly #onEnd: (phase: Phase, ms: number) => void;
  #onPassed: (span: number) => void = () => {};
  #lastEnd = performance.now();
  #isRunning = false;
  /** The phase under way, or the last one that was. */
  phase: Phase = 'launch';
  /** Of a phase that took place twice, as in a restore, the last one counts. */
  readonly timings: PhaseTimings = {};
  /** Every run of a phase, oldest first. */
  readonly spans: Span[] = [];
  /** When the last step began that made library or phone do something; milliseconds of the epoch. What is awaited since is an answer to it. */
  actedAt = eventTime();

  /**
   * @param factor multiplies every deadline.
   * @param onEnd called with every phase that succeeded.
   */
  constructor(factor: number, onEnd: (phase: Phase, ms: number) => void) {
    this.#factor = factor;
    this.#onEnd = onEnd;
    this.#failure.promise.catch(() => {});
  }

  /** @param onPassed called after each span that passed, with its place in `spans`. */
  followSpans(onPassed: (span: number) => void): void {
    this.#onPassed = onPassed;
  }

  /** How long to wait on this machine for what takes `ms` elsewhere. */
  patience(ms: number): number {
    return ms * this.#factor;
  }

  /**
   * Ends the attempt: the step under way, or the next one, throws `finding`. Only the first finding counts. Node hands over messages of a
   * host that came together in one turn: what a step waited for has this turn to end it, whichever promises are between.
   */
  fail(finding: Finding): void {
    setImmediate(() => this.#failure.reject(finding));
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
   * Runs one step; one that begins inside another is a part of that, with its own deadline. `work` is raced in such a way
   * that what has happened already wins over a later failure.
   *
   * @param progress how far a launch came when its deadline is over.
   * @throws Finding
   */
  async run<T>(what: FlowStep, work: () => Promise<T>, progress: () => LaunchProgress = () => launched): Promise<T> {
    const { phase, ms } = flowSteps[what];
    const isPart = this.#isRunning;
    if (isPart) return this.#race(what, work, this.patience(ms), progress);
    this.phase = phase;
    if (!waits.has(what)) this.act();
    this.#isRunning = true;
    const begun = performance.now();
    let outcome: Span['outcome'] = 'failed';
    try {
      const result = await this.#race(what, work, this.#dueAt(what, begun) - begun, progress);
      outcome = 'passed';
      this.#end(phase);
      return result;
    } finally {
      this.#isRunning = false;
      const startedAt = new Date(performance.timeOrigin + begun).toISOString();
      const stage = this.#stage !== undefined && { stage: this.#stage };
      const place = this.spans.push({ phase, startedAt, ms: tenths(performance.now() - begun), outcome, ...stage }) - 1;
      if (outcome === 'passed') this.#onPassed(place);
    }
  }

  /**
   * Does another flow as a stage of this one. What goes wrong ends the stage, and not the attempt.
   *
   * @returns how it ended.
   */
  async stage(flow: string, work: () => Promise<void>): Promise<EndedStage> {
    this.#stage = flow;
    const thrown = await work().then(
      () => null,
      (error: unknown) => new Finding(codeOf(error), messageOf(error), phaseOf(error) ?? this.phase),
    );
    this.#stage = undefined;
    return { flow, thrown, endedAt: eventTime(), actedAt: this.actedAt };
  }

  /** The step that begins makes library or phone do something. */
  act(): void {
    this.actedAt = eventTime();
  }

  async #race<T>(what: FlowStep, work: () => Promise<T>, left: number, progress: () => LaunchProgress): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#late(what, codeOfLate(what, progress()))), Math.max(0, left));
    });
    try {
      return await Promise.race([work(), this.#failure.promise, late]);
    } catch (error) {
      // The end of a host refuses its calls in the turn in which it is found.
      await this.race(endOfTurn());
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #late(what: FlowStep, code: Code): Finding {
    const { phase, ms } = flowSteps[what];
    return new Finding(code, `${phase} did not end within ${this.patience(ms)} ms`);
  }

  #dueAt(what: FlowStep, begun: number): number {
    const { ms, since } = flowSteps[what];
    const start = since.map((earlier) => this.#ends.get(earlier)).find((end) => end !== undefined);
    return (start ?? begun) + this.patience(ms);
  }

  #end(phase: Phase): void {
    const now = performance.now();
    const ms = now - this.#lastEnd;
    this.timings[phase] = tenths(ms);
    this.#lastEnd = now;
    this.#ends.set(phase, now);
    this.#onEnd(phase, ms);
  }
}

function phaseOf(thrown: unknown): Phase | null {
  return thrown instanceof Finding ? thrown.phase : null;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
