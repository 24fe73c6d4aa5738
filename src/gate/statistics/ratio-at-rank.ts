/** Narrower than this (relative), a range holds a few ratios at most, however many pairs have them: they are walked one by one. */
const narrow = 1e-11;
/** So few pairs are walked one by one too. */
const few = 2;
/** Guesses aim this share of the range beside the rank, on both sides in turn, so that it closes in from both. */
const aside = 0.005;

/** A ratio and how many pairs are up to it. */
interface Mark {
  ratio: number;
  count: number;
}

/**
 * The ratio candidate/baseline that has `rank` (from 1) among the ratios of all pairs in ascending order, without making the
 * pairs: closes in on the ratio by counting the pairs up to a guess, which takes one walk over both arrays.
 *
 * Both arrays ascending, above 0, not empty; Infinity stands for an attempt that never got there.
 */
export function ratioAtRank(baseline: Float64Array, candidate: Float64Array, rank: number): number {
  const markAt = (limit: number): Mark => ({ ratio: limit, count: countUpTo(baseline, candidate, limit) });
  let low = markAt(0);
  if (low.count >= rank) return 0;
  let high = markAt(largestRatio(baseline, candidate));
  if (high.count < rank) return Infinity;
  let isBelow = true;
  let isHalving = false;
  while (high.count - low.count > few && high.ratio - low.ratio > narrow * high.ratio) {
    const pairs = high.count - low.count;
    const wanted = (rank - low.count) / pairs + (isBelow ? -aside : aside);
    const share = isHalving ? 0.5 : Math.min(1 - aside, Math.max(aside, wanted));
    const middle = markAt(low.ratio + (high.ratio - low.ratio) * share);
    if (middle.count >= rank) high = middle;
    else low = middle;
    // A guess is good where counts grow evenly; where they do not, the range is halved, which always helps.
    isHalving = !isHalving && high.count - low.count > pairs / 2;
    isBelow = !isBelow;
  }
  let found = low.ratio;
  do found = ratioAbove(baseline, candidate, found);
  while (countUpTo(baseline, candidate, found) < rank);
  return found;
}

/** The largest finite ratio, or 1 where that is larger: ∞ against ∞ is 1. */
function largestRatio(baseline: Float64Array, candidate: Float64Array): number {
  const slowest = candidate.findLast(Number.isFinite) ?? 0;
  return Math.max(1, slowest / (baseline[0] as number));
}

/** How many pairs have a ratio of at most `limit`. As the candidate grows, more of the fast baseline times exceed the limit. */
export function countUpTo(baseline: Float64Array, candidate: Float64Array, limit: number): number {
  let count = 0;
  let exceeding = 0;
  for (let i = 0; i < candidate.length; i++) {
    const time = candidate[i] as number;
    while (exceeding < baseline.length && ratio(time, baseline[exceeding] as number) > limit) exceeding++;
    count += baseline.length - exceeding;
  }
  return count;
}

/** The smallest ratio of all pairs that is above `limit`; Infinity when there is none. */
export function ratioAbove(baseline: Float64Array, candidate: Float64Array, limit: number): number {
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
