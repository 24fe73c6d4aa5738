import type { Policy } from '../../contracts/policy.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { type RolloutPlan, readRolloutPlan } from '../../contracts/rollout-plan.ts';

/** What the candidate is held to, and how it is watched on its way to all accounts. */
export interface RolloutRules {
  policy: Policy;
  plan: RolloutPlan;
}

/**
 * The files that are read where none is named are those of `compat-matrix`.
 *
 * @throws InputError with file, line and key of what is wrong.
 */
export function readRolloutRules(policy?: string, plan?: string): RolloutRules {
  return { policy: readPolicy(policy), plan: readRolloutPlan(plan) };
}
