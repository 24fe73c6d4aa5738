import { expect, test } from 'vitest';
import { maxAttempts, retryMs } from '../../../src/service/webhooks/deliverer.ts';

test('a delivery is tried ten times within 17.1 hours, each wait three times the one before and eight hours at most', () => {
  const waits = Array.from({ length: maxAttempts - 1 }, (_, index) => retryMs(index + 1) / 1_000);
  expect(waits).toEqual([10, 30, 90, 270, 810, 2_430, 7_290, 21_870, 28_800]);
  expect(waits.reduce((sum, wait) => sum + wait) / 3_600).toBeCloseTo(17.1, 1);
});
