import { Option } from 'commander';
import { defaultPolicy } from '../contracts/read-policy.ts';

/** `--policy`, the same for what judges by the policy and for what shows its verdicts. */
export function policyOption(description = 'what the candidate is held to'): Option {
  return new Option('--policy <file>', description).default(defaultPolicy, 'compat-matrix/policy.yaml');
}
