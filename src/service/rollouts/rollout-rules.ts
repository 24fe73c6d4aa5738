import { join } from 'node:path';
import { packageRoot } from '../../contracts/home.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import { defaultRolloutPlan, type RolloutPlan, readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';

/** What the candidate is held to, and how it is watched on its way to all accounts. */
export interface RolloutRules {
  policy: Policy;
  plan: RolloutPlan;
}

/** The file that is read where none is named. */
export const defaultPolicy = join(packageRoot, 'compat-matrix', 'policy.yaml');

/** @throws InputError with file, line and key of what is wrong. */
export function readRolloutRules(policy: string = defaultPolicy, plan: string = defaultRolloutPlan): RolloutRules {
  return { policy: parseYamlFile(policy, policySchema), plan: readRolloutPlan(plan) };
}
