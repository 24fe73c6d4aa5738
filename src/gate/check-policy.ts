import { InputError } from '../contracts/input-error.ts';
import type { Policy } from '../contracts/policy.ts';
import { plural } from '../words/text.ts';
import { errorBudget } from './error-budget.ts';
import { hidingChance } from './rules/dead-cells.ts';
import { fastPath } from './rules/fast-path.ts';
import { successRate } from './rules/success-rate.ts';

/**
 * Refuses a policy whose cap is too low for one of the two verdicts: that verdict would never come.
 *
 * @param file where the policy is from, for the message.
 * @throws InputError when not even a perfect candidate would be promoted, or one that always fails blocked, in one cell at the cap.
 */
export function checkPolicy(policy: Policy, file: string): void {
  const { looks, marginPoints, falsePromote } = policy.success;
  const hiding = hidingChance(policy.deadCells);
  if (hiding >= falsePromote) {
    throw new InputError(
      `${file}: deadCells.beforePromoting: after ${plural(policy.deadCells.beforePromoting, 'attempt')} a baseline that works 30 % of the time is taken for one that never does with a chance of ${(hiding * 100).toPrecision(2)} %, and falsePromote is ${falsePromote * 100} %; give more attempts`,
    );
  }
  const attempts = looks.at(-1) as number;
  const budget = errorBudget(policy, 1, { hasSeveralCells: true, marginPoints });
  const levels = { ...budget, promoteZ: budget.promote.z(attempts) };
  const cellOf = (failures: number) => [{ baseline: { attempts, failures: 0 }, candidate: { attempts, failures } }];
  const until = `${plural(attempts, 'attempt')} per arm, the cap`;
  if (!successRate(cellOf(0), marginPoints / 100, levels).isInsideMargin) {
    throw new InputError(
      `${file}: success: nothing could ever be promoted: after ${until}, the loss may be above ${marginPoints} points though none failed; give more looks, a wider margin or a higher falsePromote`,
    );
  }
  for (const [i, { marginPoints: own }] of policy.thresholds.entries()) {
    if (own === undefined) continue;
    const { blockZ, promote } = errorBudget(policy, 1, { hasSeveralCells: true, marginPoints: own });
    if (successRate(cellOf(0), own / 100, { blockZ, promoteZ: promote.z(attempts) }).isInsideMargin) continue;
    throw new InputError(
      `${file}: thresholds[${i}].marginPoints: nothing could ever be promoted: after ${until}, the loss may be above ${own} points though none failed; give more looks or a wider margin`,
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
