import cdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';

/** The point that a standard normal variable exceeds with probability `level`: 1.96 for 0.025. */
export function upperQuantile(level: number): number {
  return -quantile(level, 0, 1);
}

/** The probability that a standard normal variable exceeds `z`, exact in the far tail. */
export function upperTail(z: number): number {
  return cdf(-z, 0, 1);
}
