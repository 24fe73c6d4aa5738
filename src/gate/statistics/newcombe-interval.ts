import { type Counts, failureRate, type Interval } from './counts.ts';
import { wilsonInterval } from './wilson-interval.ts';

/**
 * Newcombe's hybrid score interval for the loss (failure rate of the candidate minus that of the baseline; positive is worse):
 *
 *     lower = d − √((pc − lc)² + (ub − pb)²)     upper = d + √((uc − pc)² + (pb − lb)²)
 *
 * with l and u the ends of the Wilson interval of each arm.
 * R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
 * Statistics in Medicine 17 (1998) 873-890, method 10.
 */
export function newcombeInterval(baseline: Counts, candidate: Counts, z: number): Interval {
  const [b, c] = [failureRate(baseline), failureRate(candidate)];
  const [aroundB, aroundC] = [wilsonInterval(baseline, z), wilsonInterval(candidate, z)];
  return {
    lower: c - b - Math.hypot(c - aroundC.lower, aroundB.upper - b),
    upper: c - b + Math.hypot(aroundC.upper - c, b - aroundB.lower),
  };
}
