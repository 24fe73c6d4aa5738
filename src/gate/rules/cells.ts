import type { ErrorBudget } from '../error-budget.ts';
import type { CellCounts } from '../statistics/counts.ts';
import { holm } from '../statistics/holm.ts';
import { lossPValue } from '../statistics/loss-p-value.ts';
import { type SuccessRate, successRate } from './success-rate.ts';

export interface CellJudgement extends SuccessRate {
  /** Adjusted for the number of cells; null where an arm is missing. */
  pValue: number | null;
  worse: boolean;
}

/**
 * Is the candidate worse in single cells? One broken build among many disappears in the pooled rate, so a cell that is worse
 * beyond doubt, the number of cells considered, and that is not inside the margin, blocks too.
 */
export function judgeCells(
  cells: readonly CellCounts[],
  margin: number,
  budget: Pick<ErrorBudget, 'blockZ' | 'promoteZ' | 'cellLevel'>,
): CellJudgement[] {
  const complete = cells.filter(hasBothArms);
  const adjusted = holm(complete.map(({ baseline, candidate }) => lossPValue(baseline, candidate)));
  return cells.map((cell) => {
    const place = complete.indexOf(cell);
    const judged = successRate([cell], margin, budget);
    if (place === -1) return { ...judged, pValue: null, worse: false };
    const pValue = adjusted[place] as number;
    return { ...judged, pValue, worse: pValue <= budget.cellLevel && !judged.isInsideMargin };
  });
}

function hasBothArms({ baseline, candidate }: CellCounts): boolean {
  return baseline.attempts > 0 && candidate.attempts > 0;
}
