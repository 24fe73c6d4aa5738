import { Option } from 'commander';
import { defaultRolloutPlan } from '../contracts/rollout-plan.ts';

/** `--rollout-plan`, the same for what decides by the plan and for what shows it. */
export function rolloutPlanOption(): Option {
  return new Option('--rollout-plan <file>', 'steps of a rollout, how long each is watched, and its bands').default(
    defaultRolloutPlan,
    'compat-matrix/rollout-plan.yaml',
  );
}
