import { expect, test } from 'vitest';
import { timeLeft } from '../../src/report/time-left.ts';

const progress = { left: 10, ended: 5, busyMs: 20_000, runningMs: 0, slots: 2 };

test.each([
  ['the mean of the ended attempts for each that is left, by slots', {}, 'about 20.0 s left'],
  ['what the running attempts have done is subtracted', { runningMs: 4_000 }, 'about 18.0 s left'],
  ['the last attempt has one slot only', { left: 1 }, 'about 4.0 s left'],
  ['an attempt that takes longer than the mean is about to end', { left: 1, runningMs: 30_000 }, 'about to end'],
  ['nothing is left', { left: 0 }, null],
  ['no attempt has ended', { ended: 0, busyMs: 0 }, null],
])('%s', (_, change, words) => {
  expect(timeLeft({ ...progress, ...change })).toBe(words);
});
