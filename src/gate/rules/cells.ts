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
 * beyond doubt, the number of cells considered, and that is not inside the margin, blocks too.
 */
export function judgeCells(
  cells: readonly CellCounts[],
  margin: number,
  levels: LossLevels & { cellLevel: number },
): CellJudgement[] {
  const complete = cells.filter(hasBothArms);
  const adjusted = holm(complete.map(({ baseline, candidate }) => lossPValue(baseline, candidate)));
  return cells.map((cell) => {
    const place = complete.indexOf(cell);
    const judged = successRate([cell], margin, levels);
    if (place === -1) return { ...judged, pValue: null, worse: false, suspect: false };
    const pValue = adjusted[place] as number;
    const isOutside = !judged.isInsideMargin;
    return {
      ...judged,
      pValue,
      worse: isOutside && pValue <= levels.cellLevel,
      suspect: isOutside && pValue <= suspicion,
    };
  });
}

function hasBothArms({ baseline, candidate }: CellCounts): boolean {
  return baseline.attempts > 0 && candidate.attempts > 0;
}
