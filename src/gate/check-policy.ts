import { InputError } from '../contracts/input-error.ts';
import type { Policy } from '../contracts/policy.ts';
import { errorBudget } from './error-budget.ts';
import { plural } from './plural.ts';
import { fastPath } from './rules/fast-path.ts';
import { successRate } from './rules/success-rate.ts';

/**
 * Refuses a policy whose cap is too low for one of the two verdicts: whoever waits for it would wait for ever.
 *
 * @param file where the policy is from, for the message.
 * @throws InputError when not even a perfect candidate would be promoted, or one that always fails blocked, in one cell at the cap.
 */
export function checkPolicy(policy: Policy, file: string): void {
  const { looks, marginPoints } = policy.success;
  const attempts = looks.at(-1) as number;
  const budget = errorBudget(policy, 1);
  const levels = { ...budget, promoteZ: budget.promoteZ(attempts) };
  const cellOf = (failures: number) => [{ baseline: { attempts, failures: 0 }, candidate: { attempts, failures } }];
  const until = `${plural(attempts, 'attempt')} per arm, the cap`;
  if (!successRate(cellOf(0), marginPoints / 100, levels).isInsideMargin) {
    throw new InputError(
      `${file}: success: nothing could ever be promoted: after ${until}, the loss may be above ${marginPoints} points though none failed; give more looks, a wider margin or a higher falsePromote`,
    );
  }
  const isBlocked =
    fastPath(cellOf(attempts), budget.breakageFrom).broken ||
    successRate(cellOf(attempts), marginPoints / 100, levels).isWorse;
  if (!isBlocked) {
    throw new InputError(
      `${file}: success: nothing could ever be blocked: after ${until}, not even a candidate that always fails would be; give more looks or a higher falseBlock`,
    );
  }
}
