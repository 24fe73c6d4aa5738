import { upperTail } from './normal.ts';

/** Below it the approximation does not fall with z: 1 + 1/z² − z² + 1 = 0. */
const smallestZ = Math.sqrt(1 + Math.SQRT2);
/** Beyond it the chance is 0 for any purpose. */
export const largestZ = 38;
const bisections = 60;

/**
 * The quantile for a test that is asked again and again: a standardised sum that has no drift exceeds it, at one end, anywhere
 * between `from` and `to` observations with a probability of at most about `level`, however often it is looked at in between. The usual
 * quantile holds for one question only.
 *
 *     P(max Z ≥ z) ≈ φ(z) (z − 1/z) ln(to / from) / 2 + 2 φ(z) / z
 *
 * half of the two-sided chance in: R. Miller, D. Siegmund, Maximally selected chi square statistics, Biometrics 38 (1982)
 * 1011-1016; D. Siegmund, Sequential Analysis (1985). Never below the usual quantile of `level`.
 *
 * @param level below 0.5. @param from at least 1 and at most `to`.
 */
export function anyTimeQuantile(level: number, from: number, to: number): number {
  const logRange = Math.log(to / from);
  let low = smallestZ;
  let high = largestZ;
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (crossingChance(middle, logRange) > level) low = middle;
    else high = middle;
  }
  return high;
}

function crossingChance(z: number, logRange: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return Math.max(upperTail(z), (density * (z - 1 / z) * logRange) / 2 + (2 * density) / z);
}
