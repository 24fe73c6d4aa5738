/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] as number;
  return sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
}

/**
 * 95 % interval of the median by resampling (percentile bootstrap), which asks nothing of the distribution.
 *
 * @param random numbers from 0 to 1.
 */
export function medianInterval(values: readonly number[], random: () => number = Math.random): [number, number] {
  const medians = Array.from({ length: 10_000 }, () => {
    return median(values.map(() => values[Math.floor(random() * values.length)] as number));
  }).sort((a, b) => a - b);
  return [medians[249] as number, medians[9_749] as number];
}
