import { matrixFile } from '../../contracts/home.ts';
import type { Policy } from '../../contracts/policy.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { type RolloutPlan, readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { checkPolicy } from '../../gate/check-policy.ts';

/** The policy for the candidate, and the plan by which it is watched on its way to all accounts. */
export interface RolloutRules {
  policy: Policy;
  plan: RolloutPlan;
}

/**
 * By default reads the files of `compat-matrix`.
 *
 * @throws InputError with file, line and key of what is wrong.
 */
export function readRolloutRules(file = matrixFile('policy.yaml'), plan?: string): RolloutRules {
  const policy = readPolicy(file);
  checkPolicy(policy, file);
  return { policy, plan: readRolloutPlan(plan) };
}
