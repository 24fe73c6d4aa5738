/** How often a value was seen. */
export interface ValueCount {
  value: number;
  count: number;
}

/**
 * The nearest-rank percentile: the smallest value that at least `percent` of the values do not exceed. `counts` are in ascending
 * order of their value, and not empty.
 */
export function percentile(counts: readonly ValueCount[], percent: number): number {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  // Multiplied first: 0.95 * 20 is 19, but rounding could make it slightly more.
  const rank = Math.max(1, Math.ceil((percent * total) / 100));
  let passed = 0;
  for (const { value, count } of counts) {
    passed += count;
    if (passed >= rank) return value;
  }
  throw new RangeError('a percentile of nothing');
}
