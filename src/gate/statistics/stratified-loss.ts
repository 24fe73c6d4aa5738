import { type CellCounts, failureRate, type Interval } from './counts.ts';
import { newcombeInterval } from './newcombe-interval.ts';

/** The loss over all cells with its interval, as fractions: 0.1 is ten points. */
export interface Loss extends Interval {
  estimate: number;
}

/** Halvings of the range of a loss until its end is known to 1e-12. */
const bisections = 40;

/**
 * The loss over several cells: Mantel-Haenszel weighted mean of the cells' differences, so that arms that are unevenly spread
 * over easy and hard cells are not taken for a difference between the versions (Simpson's paradox). One cell: Newcombe's
 * interval. Several: the losses that the stratified score test does not reject,
 *
 *     | Σ w (d − loss) | ≤ z √(Σ w² V(loss)),    V(loss) = (p̃c(1−p̃c)/nc + p̃b(1−p̃b)/nb) N/(N−1)
 *
 * with p̃ the likeliest rates of a cell that differ by that loss. It keeps its error rate in cells with few attempts, without
 * a single failure, or in which no attempt succeeds.
 * O. Miettinen, M. Nurminen, Comparative analysis of two rates, Statistics in Medicine 4 (1985) 213-226; weights:
 * N. Mantel, W. Haenszel, JNCI 22 (1959) 719-748. Cells in which an arm has no attempt are left out.
 *
 * @param z normal quantile of one side.
 * @returns null when no cell has both arms.
 */
export function stratifiedLoss(cells: readonly CellCounts[], z: number): Loss | null {
  const both = cells.filter(({ baseline, candidate }) => baseline.attempts > 0 && candidate.attempts > 0);
  const [first] = both;
  if (!first) return null;
  const weights = mantelHaenszelWeights(both);
  const estimate = both.reduce((sum, cell, i) => sum + (weights[i] as number) * lossOf(cell), 0);
  if (both.length === 1) return { estimate, ...newcombeInterval(first.baseline, first.candidate, z) };
  // The score falls as the loss grows, so each end is where it passes ±z.
  const whereScoreIs = (limit: number, low: number, high: number) => {
    for (let step = 0; step < bisections; step++) {
      const middle = (low + high) / 2;
      if (scoreOf(both, weights, estimate, middle) > limit) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { estimate, lower: whereScoreIs(z, -1, estimate), upper: whereScoreIs(-z, estimate, 1) };
}

function lossOf({ baseline, candidate }: CellCounts): number {
  return failureRate(candidate) - failureRate(baseline);
}

/** n1 n2 / (n1 + n2) per cell, scaled to sum to 1. */
function mantelHaenszelWeights(cells: readonly CellCounts[]): number[] {
  const sizes = cells.map(
    ({ baseline, candidate }) => (baseline.attempts * candidate.attempts) / (baseline.attempts + candidate.attempts),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => size / total);
}

function scoreOf(cells: readonly CellCounts[], weights: readonly number[], estimate: number, loss: number): number {
  const variance = cells.reduce((sum, cell, i) => sum + (weights[i] as number) ** 2 * varianceAt(cell, loss), 0);
  return variance === 0 ? 0 : (estimate - loss) / Math.sqrt(variance);
}

function varianceAt(cell: CellCounts, loss: number): number {
  const { baseline, candidate } = constrainedRates(cell, loss);
  const total = cell.baseline.attempts + cell.candidate.attempts;
  const variance =
    (candidate * (1 - candidate)) / cell.candidate.attempts + (baseline * (1 - baseline)) / cell.baseline.attempts;
  return (variance * total) / (total - 1);
}

/**
 * The likeliest failure rates of both arms among those that differ by exactly `loss`: the root of a cubic in closed form.
 * O. Miettinen, M. Nurminen, Statistics in Medicine 4 (1985) 213-226, appendix I.
 */
function constrainedRates({ baseline, candidate }: CellCounts, loss: number): { baseline: number; candidate: number } {
  const total = baseline.attempts + candidate.attempts;
  const failures = baseline.failures + candidate.failures;
  const square = ((candidate.attempts + 2 * baseline.attempts) * loss - total - failures) / total;
  const linear = ((baseline.attempts * loss - total - 2 * baseline.failures) * loss + failures) / total;
  const constant = (baseline.failures * loss * (1 - loss)) / total;
  const third = square / 3;
  const q = third ** 3 - (square * linear) / 6 + constant / 2;
  // In the appendix it has the sign of q, which the root does not depend on.
  const p = Math.sqrt(Math.max(0, third ** 2 - linear / 3));
  const cosine = p === 0 ? 0 : Math.min(1, Math.max(-1, q / p ** 3));
  const root = 2 * p * Math.cos((Math.PI + Math.acos(cosine)) / 3) - third;
  const rate = Math.min(Math.min(1, 1 - loss), Math.max(Math.max(0, -loss), root));
  return { baseline: rate, candidate: rate + loss };
}
