import type { Attempt } from '../contracts/attempt.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { cellName } from '../words/cell-names.ts';
import { cellWords } from '../words/cell-summary.ts';
import { annotationCommands } from './annotations.ts';
import { RunTally } from './run-tally.ts';
import type { Terminal } from './terminal.ts';

/** `github`: an annotation for every cell that is not as expected, and for every part of the plan that is missing. */
export class GithubReporter implements RunObserver {
  readonly #terminal: Terminal;
  readonly #tally = new RunTally();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  runStarted(run: RunInfo, plan: readonly PlannedCell[]): void {
    this.#tally.runStarted(run, plan);
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    this.#tally.attemptEnded(planned, attempt);
  }

  runEnded({ missing = [] }: RunInfo, interrupted: boolean): void {
    const surprises = this.#tally.cells.filter(({ surprise }) => surprise);
    const unexpected = surprises.map((summary) => ({
      level: 'error' as const,
      title: `not as expected: ${cellName(summary.cell)}`,
      message: `expected ${summary.expectation?.outcome ?? 'passed'}, seen ${cellWords(summary)}${causeOf(summary.cause)}`,
    }));
    const incomplete = [...missing, ...(interrupted ? ['the run was interrupted, and the rest was not run'] : [])];
    const gaps = incomplete.map((message) => ({ level: 'warning' as const, title: 'incomplete', message }));
    this.#terminal.progress(annotationCommands([...unexpected, ...gaps]));
  }
}

function causeOf(cause: Attempt['cause']): string {
  return cause === null ? '' : `: ${cause.message}`;
}
