import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { type CellSummary, countCells } from '../../words/cell-summary.ts';

/** How the run of a report went. */
export interface RunEnd {
  interrupted: boolean;
  /** True when parts of the plan are not in the report. */
  incomplete?: boolean;
}

/**
 * The exit code of a run. A surprise counts more than trouble of the machine in another cell, since it is a finding; a run that was
 * cut off is never as expected, and one of which a shard is missing is inconclusive.
 */
export function exitOfRun(cells: readonly CellSummary[], { interrupted, incomplete = false }: RunEnd): ExitCode {
  const { surprises, infra } = countCells(cells);
  if (incomplete) return surprises > 0 ? exitCode.unexpected : exitCode.inconclusive;
  if (interrupted) return exitCode.trouble;
  if (surprises > 0) return exitCode.unexpected;
  return infra > 0 ? exitCode.trouble : exitCode.asExpected;
}
