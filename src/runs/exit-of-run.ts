import { type ExitCode, exitCode } from '../contracts/exit-code.ts';
import { type CellSummary, countCells } from '../words/cell-summary.ts';

/** The result of the run in a report. */
export interface RunEnd {
  interrupted: boolean;
  /** True when parts of the plan are not in the report. */
  incomplete?: boolean;
}

/**
 * The exit code of a run. A surprise outweighs trouble of the machine in another cell, since it is a finding; an interrupted
 * run is never as expected, nor is one in which an attempt was lost for good, and a run with a missing shard is inconclusive.
 */
export function exitOfRun(cells: readonly CellSummary[], { interrupted, incomplete = false }: RunEnd): ExitCode {
  const { surprises, infra } = countCells(cells);
  if (incomplete) return surprises > 0 ? exitCode.unexpected : exitCode.inconclusive;
  if (interrupted) return exitCode.trouble;
  if (surprises > 0) return exitCode.unexpected;
  const isUnmade = cells.some(({ made, lost, planned }) => made - lost < planned);
  return infra > 0 || isUnmade ? exitCode.trouble : exitCode.asExpected;
}
