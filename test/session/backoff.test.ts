import { expect, test } from 'vitest';
import { backoffMs, opensBreaker } from '../../src/session/backoff.ts';

test('the wait doubles from five seconds up to five minutes', () => {
  const waits = [1, 2, 3, 6, 7, 50].map((failures) => backoffMs(failures, 0.5));
  expect(waits).toEqual([5_000, 10_000, 20_000, 160_000, 300_000, 300_000]);
});

test('the wait is spread by a fifth to both sides', () => {
  expect([backoffMs(1, 0), backoffMs(1, 1)]).toEqual([4_000, 6_000]);
});

const now = 10_000_000;
const minute = 60_000;
const failed = { cause: 'host-died', outcome: 'failed', ended_at: now - minute, lost_at: null } as const;
const ready = { ...failed, outcome: 'ready' } as const;
const lost = { ...ready, lost_at: now - minute } as const;
const stopped = { ...failed, outcome: 'stopped' } as const;
const goesOn = { ...failed, outcome: null, ended_at: null } as const;

test.each([
  ['no start', [], false],
  ['two failed starts', [failed, failed], false],
  ['three failed starts', [failed, failed, failed], true],
  ['more than three', [failed, failed, failed, failed], true],
  ['three, one of them longer ago', [failed, failed, { ...failed, ended_at: now - 11 * minute }], false],
  ['three, one of them ten minutes ago', [failed, failed, { ...failed, ended_at: now - 10 * minute }], false],
  ['three, one of them almost ten minutes ago', [failed, failed, { ...failed, ended_at: now - 10 * minute + 1 }], true],
  ['losses longer ago', [failed, failed, { ...lost, lost_at: now - 11 * minute }], false],
  ['a loss ten minutes ago', [failed, failed, { ...lost, lost_at: now - 10 * minute }], false],
  ['failed starts before one that got ready', [failed, ready, failed, failed], false],
  ['a session that gets ready and is lost again and again', [lost, lost, lost], true],
  ['starts that failed before a person asked', [failed, { ...failed, cause: 'restore-asked' }, failed, failed], false],
  ['starts that failed with another version', [{ ...failed, cause: 'rollout' }, failed, failed], false],
  ['a start on another version that failed as the third', [failed, failed, { ...failed, cause: 'rollout' }], true],
  ['a graceful stop between failures', [failed, stopped, failed], false],
  ['a start that goes on', [goesOn, failed, failed], false],
])('the breaker after %s: %#', (_, newestFirst, opens) => {
  expect(opensBreaker(newestFirst, now)).toBe(opens);
});
