import type { Counts } from './counts.ts';
import { newcombeInterval } from './newcombe-interval.ts';
import { upperTail } from './normal.ts';

/** Beyond it every p-value is 0 for any purpose (1e-89). */
const largestZ = 20;

/**
 * One-sided p-value of "the candidate fails more often": the error rate at which the lower end of the Newcombe interval is
 * exactly 0, so that a p-value below a level and a lower end above 0 at that level are the same statement.
 */
export function lossPValue(baseline: Counts, candidate: Counts): number {
  const isAboveZero = (z: number) => newcombeInterval(baseline, candidate, z).lower > 0;
  if (!isAboveZero(0)) return 1;
  let low = 0;
  let high = largestZ;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (isAboveZero(middle)) low = middle;
    else high = middle;
  }
  return upperTail(low);
}
