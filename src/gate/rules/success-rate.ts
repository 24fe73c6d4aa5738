import type { CellCounts } from '../statistics/counts.ts';
import { type Loss, stratifiedLoss } from '../statistics/stratified-loss.ts';

/** Normal quantiles of the two ends of the loss. */
export interface LossLevels {
  blockZ: number;
  promoteZ: number;
}

export interface SuccessRate {
  /** Null when no cell has both arms. `lower` and `upper` are one-sided bounds at different error rates. */
  loss: Loss | null;
  /** The candidate is at most the margin worse. */
  isInsideMargin: boolean;
  /** The candidate is worse, and not surely inside the margin. */
  isWorse: boolean;
}

/**
 * The main rule: promote when the upper end of the loss is inside the margin, block when its lower end is above zero and it
 * is not promoted. A difference that is certain but smaller than the margin is allowed: that is what the margin says.
 *
 * @param margin a fraction: 0.1 is ten points.
 */
export function successRate(
  cells: readonly CellCounts[],
  margin: number,
  { blockZ, promoteZ }: LossLevels,
): SuccessRate {
  const forBlock = stratifiedLoss(cells, blockZ);
  const forPromote = stratifiedLoss(cells, promoteZ);
  if (!forBlock || !forPromote) return { loss: null, isInsideMargin: false, isWorse: false };
  const isInsideMargin = forPromote.upper < margin;
  return {
    loss: { ...forBlock, upper: forPromote.upper },
    isInsideMargin,
    isWorse: forBlock.lower > 0 && !isInsideMargin,
  };
}
