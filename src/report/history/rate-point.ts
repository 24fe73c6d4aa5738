import type { RatePoint } from '../../contracts/canary-history.ts';
import { wilsonInterval } from '../../gate/statistics/wilson-interval.ts';

/** Normal quantile of one side for an interval of 95 %. */
const z95 = 1.959964;

/** A success rate with its interval; null without counts. */
export function ratePoint(passed: number, failed: number): RatePoint | null {
  const attempts = passed + failed;
  if (attempts === 0) return null;
  const failures = wilsonInterval({ attempts, failures: failed }, z95);
  return { passed, failed, rate: passed / attempts, lower: 1 - failures.upper, upper: 1 - failures.lower };
}
