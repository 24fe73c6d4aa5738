import { hasSucceeded } from '../evidence/evidence.ts';
import type { CellCounts } from '../statistics/counts.ts';
import { holm } from '../statistics/holm.ts';
import { lossPValue } from '../statistics/loss-p-value.ts';
import { type LossLevels, type SuccessRate, successRate } from './success-rate.ts';

export interface CellJudgement extends SuccessRate {
  /** Adjusted for the number of cells; null where an arm is missing. */
  pValue: number | null;
  /** Worse beyond doubt: blocks. */
  worse: boolean;
  /** Looks worse, but may be chance: not promoted until more attempts tell. */
  suspect: boolean;
}

/** Adjusted p-value from which a cell is suspect: the usual level, since a suspicion costs only more attempts. */
const suspicion = 0.05;

/**
 * Is the candidate worse in single cells? One broken build among many disappears in the pooled rate, so a cell that is worse
 * beyond doubt, the number of cells considered, and that is not inside the margin, blocks too. A cell in which the baseline works and the
 * candidate never did is suspect whatever the p-value.
 *
 * @param levels of each cell, with its margin as a fraction.
 */
export function judgeCells<Cell extends CellCounts>(
  cells: readonly Cell[],
  levels: (cell: Cell, index: number) => LossLevels & { cellLevel: number; margin: number },
): CellJudgement[] {
  const complete = cells.filter(hasBothArms);
  const adjusted = holm(complete.map(({ baseline, candidate }) => lossPValue(baseline, candidate)));
  return cells.map((cell, index) => {
    const place = complete.indexOf(cell);
    const { margin, cellLevel, ...ends } = levels(cell, index);
    const judged = successRate([cell], margin, ends);
    if (place === -1) return { ...judged, pValue: null, worse: false, suspect: false };
    const pValue = adjusted[place] as number;
    const isOutside = !judged.isInsideMargin;
    const hasStopped = hasSucceeded(cell.baseline) && !hasSucceeded(cell.candidate);
    return {
      ...judged,
      pValue,
      worse: isOutside && pValue <= cellLevel,
      suspect: isOutside && (pValue <= suspicion || hasStopped),
    };
  });
}

function hasBothArms({ baseline, candidate }: CellCounts): boolean {
  return baseline.attempts > 0 && candidate.attempts > 0;
}
