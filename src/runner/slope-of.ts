/**
 * How much values that were measured one after the other grow from one to the next: the Theil-Sen estimate, the median of the slopes
 * between any two of them. Fewer than 29 % of the values cannot move it far, whatever they are. NaN for fewer than two values.
 */
export function slopeOf(values: readonly number[]): number {
  const slopes = Float64Array.from(slopesBetween(values)).sort();
  const middle = slopes.length >> 1;
  const upper = slopes[middle] ?? Number.NaN;
  return slopes.length % 2 === 1 ? upper : ((slopes[middle - 1] ?? Number.NaN) + upper) / 2;
}

function* slopesBetween(values: readonly number[]): Generator<number> {
  for (const [i, earlier] of values.entries()) {
    for (let j = i + 1; j < values.length; j++) yield ((values[j] as number) - earlier) / (j - i);
  }
}
