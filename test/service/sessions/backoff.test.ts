import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/service/sessions/backoff.ts';

test('the wait doubles from five seconds up to five minutes', () => {
  const waits = [1, 2, 3, 7, 50].map((failures) => backoffMs(failures, () => 0.5));
  expect(waits).toEqual([5_000, 10_000, 20_000, 300_000, 300_000]);
});

test('the wait is spread by a fifth to both sides', () => {
  expect([backoffMs(1, () => 0), backoffMs(1, () => 1)]).toEqual([4_000, 6_000]);
});
