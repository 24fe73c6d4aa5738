import { join } from 'node:path';
import { packageRoot } from '../../contracts/home.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import { type RolloutPlan, rolloutPlanSchema } from '../../contracts/rollout-plan.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';

/** What the candidate is held to, and how it is watched on its way to all accounts. */
export interface RolloutRules {
  policy: Policy;
  plan: RolloutPlan;
}

/** The files that are read where none are named. */
export const ruleFiles = {
  policy: join(packageRoot, 'compat-matrix', 'policy.yaml'),
  plan: join(packageRoot, 'compat-matrix', 'rollout-plan.yaml'),
} as const;

/** @throws InputError with file, line and key of what is wrong. */
export function readRolloutRules({ policy, plan }: Record<'policy' | 'plan', string> = ruleFiles): RolloutRules {
  return { policy: parseYamlFile(policy, policySchema), plan: parseYamlFile(plan, rolloutPlanSchema) };
}
