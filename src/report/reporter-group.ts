import type { Attempt } from '../contracts/attempt.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';

/** Several reporters as one: when one of them cannot write its report, the others still do. */
export class ReporterGroup implements RunObserver {
  readonly #reporters: readonly RunObserver[];
  readonly #whileReading: (work: () => Promise<void>) => Promise<void>;
  /** The errors of reporters, each once. */
  readonly troubles: unknown[] = [];

  /** @param whileReading runs what reads the store; see `store/reading.ts`. */
  constructor(reporters: readonly RunObserver[], whileReading: (work: () => Promise<void>) => Promise<void>) {
    this.#reporters = reporters;
    this.#whileReading = whileReading;
  }

  runStarted(run: RunInfo, plan: readonly PlannedCell[], slots: number): Promise<void> {
    return this.#tell((reporter) => reporter.runStarted?.(run, plan, slots));
  }

  slotsChanged(slots: number): Promise<void> {
    return this.#tell((reporter) => reporter.slotsChanged?.(slots));
  }

  attemptStarted(attemptId: string, planned: PlannedCell): Promise<void> {
    return this.#tell((reporter) => reporter.attemptStarted?.(attemptId, planned));
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): Promise<void> {
    return this.#tell((reporter) => reporter.attemptEnded?.(planned, attempt));
  }

  runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    return this.#whileReading(() => this.#tell((reporter) => reporter.runEnded?.(run, interrupted)));
  }

  async #tell(call: (reporter: RunObserver) => void | Promise<void>): Promise<void> {
    for (const reporter of this.#reporters) {
      try {
        await call(reporter);
      } catch (error) {
        this.troubles.push(error);
      }
    }
  }
}
