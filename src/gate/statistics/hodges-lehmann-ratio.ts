import { countUpTo, ratioAbove, ratioAtRank } from './ratio-at-rank.ts';

/**
 * How many times longer the candidate takes: the Hodges-Lehmann estimate, the median of all ratios candidate/baseline, and a
 * lower bound that is too high with about the probability that belongs to the normal quantile `z`: the ratio at rank
 * `mn/2 − z √(mn(m+n+1)/12)`. J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 34 (1963) 598-611; bound (Moses):
 * M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), 4.40.
 *
 * Both arrays ascending, above 0, not empty. An attempt that never got there is Infinity: ∞ against a time is ∞, a time
 * against ∞ is 0, ∞ against ∞ is 1. O((m + n) log) time, no pairs are stored.
 * @returns `lower` 0 when there are too few attempts for a bound.
 */
export function hodgesLehmannRatio(
  baseline: Float64Array,
  candidate: Float64Array,
  z: number,
): { estimate: number; lower: number } {
  const pairs = baseline.length * candidate.length;
  const spread = Math.sqrt((pairs * (baseline.length + candidate.length + 1)) / 12);
  const rank = Math.floor(pairs / 2 - z * spread);
  return {
    estimate: medianRatio(baseline, candidate, pairs),
    lower: rank >= 1 ? ratioAtRank(baseline, candidate, rank) : 0,
  };
}

function medianRatio(baseline: Float64Array, candidate: Float64Array, pairs: number): number {
  const rank = Math.ceil(pairs / 2);
  const lower = ratioAtRank(baseline, candidate, rank);
  if (pairs % 2 === 1 || countUpTo(baseline, candidate, lower) > rank) return lower;
  // The geometric mean, since ratios are compared on the log scale.
  return Math.sqrt(lower) * Math.sqrt(ratioAbove(baseline, candidate, lower));
}
