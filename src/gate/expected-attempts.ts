import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { arms } from '../contracts/verdict.ts';
import type { ArmEvidence, CellEvidence, FlowEvidence } from './evidence/evidence.ts';
import { simulateRun } from './simulate-run.ts';

const simulations = 100;
/** What a healthy version does on the replica; for cells without data. */
const usualRate = 0.98;

/**
 * How many more attempts per arm a flow is expected to need if the candidate is as good as the baseline, by continuing from
 * what is known. A bad candidate needs fewer.
 */
export function expectedAttempts({ cells }: FlowEvidence, policy: Policy, random: Random): number {
  const truths = cells.map((cell) => {
    const rate = expectedRate(cell.baseline);
    return { success: { baseline: rate, candidate: rate } };
  });
  // What was spoiled or too old before says nothing about what comes; what is not known of a build does not change how many it takes.
  const known = cells.map((cell) => ({ ...cell, baseline: fresh(cell.baseline), candidate: fresh(cell.candidate) }));
  let sum = 0;
  for (let i = 0; i < simulations; i++) sum += simulateRun(truths, policy, random, known).attempts;
  const made = Math.max(...arms.map((arm) => known.reduce((total, cell) => total + cell[arm].attempts, 0)));
  return Math.max(0, Math.round(sum / simulations) - made);
}

/** The rate that was seen, drawn towards the usual one by as much as two attempts weigh; 0 where it never succeeded in several. */
function expectedRate({ attempts, failures }: ArmEvidence): number {
  if (attempts > 2 && attempts === failures) return 0;
  return (attempts - failures + 2 * usualRate) / (attempts + 2);
}

function fresh(arm: CellEvidence['baseline']): ArmEvidence {
  return { ...arm, infra: 0, stale: 0, mismatched: 0, doubt: undefined };
}
