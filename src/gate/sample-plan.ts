import type { Policy } from '../contracts/policy.ts';
import { DecisionOdds, type Odds } from './decision-odds.ts';

/** What a policy does with candidates that are worse by so much, and what each sample size is able to find. */
export interface SamplePlan {
  /** Points by which the candidate is worse, and its exact odds. */
  rows: { lossPoints: number; odds: Odds }[];
  /** The smallest loss that is found with 80 % certainty by so many attempts per arm; null when none is. */
  detects: { attempts: number; lossPoints: number | null }[];
}

/** The usual meaning of "detects" in the planning of trials. */
const certainty = 0.8;
const losses = [0, 2, 5, 10, 15, 20, 30, 50, 75, 100];

/**
 * Works the odds out exactly, for one cell of one flow.
 *
 * @param baseline success rate of the baseline, as a fraction.
 */
export function samplePlan(policy: Policy, baseline: number): SamplePlan {
  const odds = new DecisionOdds(policy);
  const possible = losses.filter((points) => points < baseline * 100);
  // A candidate cannot be worse than always failing.
  const rows = [...possible, baseline * 100].map((lossPoints) => ({
    lossPoints,
    odds: odds.of(baseline, Math.max(0, baseline - lossPoints / 100)),
  }));
  const blockedBy = (look: number, lossPoints: number) =>
    odds.of(baseline, Math.max(0, baseline - lossPoints / 100)).blockedBy[look]?.chance ?? 0;
  const detects = policy.success.looks.map((attempts, look) => ({
    attempts,
    lossPoints: smallestWhere(Math.floor(baseline * 100), (points) => blockedBy(look, points) >= certainty),
  }));
  return { rows, detects };
}

/** The smallest whole number from 1 to `most` for which `holds`, which holds for all above it; null when it holds for none. */
function smallestWhere(most: number, holds: (value: number) => boolean): number | null {
  let [low, high] = [1, most + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low > most ? null : low;
}
