import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { type CellSummary, countCells } from '../../report/cell-summary.ts';

/**
 * The exit code of a run. A surprise counts more than trouble of the machine in another cell, since it is a finding; a run that was
 * cut off is never as expected.
 */
export function exitOfRun(cells: readonly CellSummary[], interrupted: boolean): ExitCode {
  const { surprises, infra } = countCells(cells);
  if (interrupted) return exitCode.trouble;
  if (surprises > 0) return exitCode.unexpected;
  return infra > 0 ? exitCode.trouble : exitCode.asExpected;
}
