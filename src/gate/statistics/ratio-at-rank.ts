/** Narrower than this (relative), a range of ratios is searched one by one instead of halved: few are left in it. */
const narrow = 1e-9;

/**
 * The ratio candidate/baseline that has `rank` (from 1) among the ratios of all pairs in ascending order, without making the
 * pairs: bisection on the ratio, counting the pairs up to it by walking both arrays once.
 *
 * Both arrays ascending, above 0, not empty; Infinity stands for an attempt that never got there.
 */
export function ratioAtRank(baseline: Float64Array, candidate: Float64Array, rank: number): number {
  let low = 0;
  if (countUpTo(baseline, candidate, low) >= rank) return low;
  let high = largestRatio(baseline, candidate);
  if (countUpTo(baseline, candidate, high) < rank) return Infinity;
  while (true) {
    const middle = low + (high - low) / 2;
    if (high - low > narrow * high && middle > low && middle < high) {
      if (countUpTo(baseline, candidate, middle) >= rank) high = middle;
      else low = middle;
    } else {
      low = smallestAbove(baseline, candidate, low);
      if (countUpTo(baseline, candidate, low) >= rank) return low;
    }
  }
}

/** The largest finite ratio, or 1 where that is larger: ∞ against ∞ is 1. */
function largestRatio(baseline: Float64Array, candidate: Float64Array): number {
  const slowest = candidate.findLast(Number.isFinite) ?? 0;
  return Math.max(1, slowest / (baseline[0] as number));
}

/** Pairs whose ratio is at most `limit`. As the candidate grows, more of the fast baseline times exceed the limit. */
function countUpTo(baseline: Float64Array, candidate: Float64Array, limit: number): number {
  let count = 0;
  let exceeding = 0;
  for (let i = 0; i < candidate.length; i++) {
    const time = candidate[i] as number;
    while (exceeding < baseline.length && ratio(time, baseline[exceeding] as number) > limit) exceeding++;
    count += baseline.length - exceeding;
  }
  return count;
}

/** The smallest ratio of all pairs that is above `limit`; there is one. */
function smallestAbove(baseline: Float64Array, candidate: Float64Array, limit: number): number {
  let smallest = Infinity;
  let exceeding = 0;
  for (let i = 0; i < candidate.length; i++) {
    const time = candidate[i] as number;
    while (exceeding < baseline.length && ratio(time, baseline[exceeding] as number) > limit) exceeding++;
    if (exceeding > 0) smallest = Math.min(smallest, ratio(time, baseline[exceeding - 1] as number));
  }
  return smallest;
}

function ratio(candidate: number, baseline: number): number {
  return candidate === Infinity && baseline === Infinity ? 1 : candidate / baseline;
}
