import { expect, test } from 'vitest';
import { isInRollout } from '../../../src/service/rollouts/bucket.ts';
import { accountId } from '../../../src/service/session-ids.ts';

const percents = [1, 5, 25, 100];
const accounts = Array.from({ length: 20_000 }, (_, i) => accountId(`account-${i}`));
const chosen = (rollout: string, percent: number) => accounts.filter((id) => isInRollout(rollout, id, percent));

test('each step takes its part of the accounts', () => {
  for (const percent of percents) {
    const part = (chosen('r', percent).length / accounts.length) * 100;
    expect(Math.abs(part - percent)).toBeLessThan(0.6);
  }
  expect(chosen('r', 0)).toEqual([]);
});

test('an account that has moved stays moved at every later step', () => {
  for (const [i, percent] of percents.slice(1).entries()) {
    const later = new Set(chosen('r', percent));
    expect(chosen('r', percents[i] as number).every((id) => later.has(id))).toBe(true);
  }
});

test('another rollout begins with other accounts', () => {
  const first = new Set(chosen('one', 1));
  expect(chosen('other', 1).filter((id) => first.has(id)).length).toBeLessThan(20);
});
