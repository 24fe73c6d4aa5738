import { Option } from 'commander';
import { matrixFile } from '../../contracts/home.ts';

/** `--policy`, the same for what judges by the policy and for what shows its verdicts. */
export function policyOption(description = 'the criteria for the candidate'): Option {
  return new Option('--policy <file>', description).default(matrixFile('policy.yaml'), 'compat-matrix/policy.yaml');
}

/** `--rollout-plan`, shared by commands that decide by the plan and that show it. */
export function rolloutPlanOption(): Option {
  return new Option('--rollout-plan <file>', 'steps of a rollout, how long each is watched, and its bands').default(
    matrixFile('rollout-plan.yaml'),
    'compat-matrix/rollout-plan.yaml',
  );
}
