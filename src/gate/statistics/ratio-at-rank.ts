/**
 * The ratio candidate/baseline that has `rank` (from 1) among the ratios of all pairs in ascending order, without making the
 * pairs: bisection on the ratio, counting the pairs below it by walking both arrays once.
 */
export function ratioAtRank(baseline: ArrayLike<number>, candidate: ArrayLike<number>, rank: number): number {
  let low = 0;
  if (countUpTo(baseline, candidate, low) >= rank) return low;
  let high = largestFinite(candidate) / (baseline[0] as number);
  if (!Number.isFinite(high)) high = 1;
  high = Math.max(high, 1);
  if (countUpTo(baseline, candidate, high) < rank) return Infinity;
  while (true) {
    const middle = low + (high - low) / 2;
    // Two neighbouring numbers: `high` is the smallest that has `rank` ratios at or below it, so it is one of them.
    if (middle <= low || middle >= high) return high;
    if (countUpTo(baseline, candidate, middle) >= rank) high = middle;
    else low = middle;
  }
}

/** Pairs whose ratio is at most `limit`. As the candidate grows, fewer baseline times are small enough to exceed the limit. */
function countUpTo(baseline: ArrayLike<number>, candidate: ArrayLike<number>, limit: number): number {
  let count = 0;
  let tooFast = 0;
  for (let j = 0; j < candidate.length; j++) {
    while (tooFast < baseline.length && ratio(candidate[j] as number, baseline[tooFast] as number) > limit) tooFast++;
    count += baseline.length - tooFast;
  }
  return count;
}

function ratio(candidate: number, baseline: number): number {
  return candidate === Infinity && baseline === Infinity ? 1 : candidate / baseline;
}

function largestFinite(values: ArrayLike<number>): number {
  for (let i = values.length - 1; i >= 0; i--) {
    if (values[i] !== Infinity) return values[i] as number;
  }
  return Infinity;
}
