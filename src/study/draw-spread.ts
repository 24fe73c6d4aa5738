import type { Spread } from '../contracts/incident-study.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { upperQuantile } from '../gate/statistics/normal.ts';

const oneInTwenty = upperQuantile(0.05);
/** Keeps the quantile finite. */
const leastProbability = 1e-6;

/** Milliseconds from a log-normal distribution: exp(ln m + σz), with σ such that one in twenty exceeds `p95Seconds`. */
export function drawSpread({ medianSeconds, p95Seconds }: Spread, random: Random): number {
  const sigma = Math.log(p95Seconds / medianSeconds) / oneInTwenty;
  const z = upperQuantile(Math.min(Math.max(random(), leastProbability), 1 - leastProbability));
  return Math.round(1_000 * medianSeconds * Math.exp(sigma * z));
}
