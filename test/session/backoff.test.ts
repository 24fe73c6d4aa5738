import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryOf, sessionCauses } from '../../src/codes/codes.ts';
import { backoffMs, isEndless, isSharedFault, opensBreaker } from '../../src/session/backoff.ts';

test('the wait doubles from five seconds up to five minutes', () => {
  const waits = [1, 2, 3, 6, 7, 50].map((failures) => backoffMs(failures, 0.5));
  expect(waits).toEqual([5_000, 10_000, 20_000, 160_000, 250_000, 250_000]);
});

test('the wait is spread by a fifth to both sides, and is never longer than five minutes', () => {
  expect([backoffMs(1, 0), backoffMs(1, 1)]).toEqual([4_000, 6_000]);
  expect([backoffMs(50, 0), backoffMs(50, 1)]).toEqual([200_000, 300_000]);
});

const now = 10_000_000;
const minute = 60_000;
const failed = {
  cause: 'host-died',
  code: 'host-died',
  outcome: 'failed',
  ended_at: now - minute,
  lost_at: null,
} as const;
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
  ['a code that this program does not know', [failed, failed, { ...failed, code: 'of-another-version' }], true],
  ['a shared fault that was over before', [failed, { ...failed, cause: 'fault-over' }, failed, failed], false],
])('the breaker after %s: %#', (_, newestFirst, opens) => {
  expect(opensBreaker(newestFirst, now)).toBe(opens);
});

test('no number of failures of the machine, the network or a shared host opens the breaker, however they mix with fewer than three others', () => {
  const endless = sessionCauses.filter((cause) => retryOf(cause).startsWith('endless'));
  expect(endless).toEqual([
    ...['browser-launch-failed', 'page-load-failed', 'proxy-refused', 'machine-failed', 'no-connection'],
    ...['shared-host-died', 'profile-unavailable'],
  ]);
  const ofMachine = fc.constantFrom(...endless).map((code) => ({ ...failed, code }));
  const afterReady = fc.constantFrom(...endless).map((code) => ({ ...lost, code }));
  const starts = fc.array(fc.oneof(ofMachine, afterReady), { maxLength: 40 });
  fc.assert(
    fc.property(starts, fc.nat(40), fc.nat(40), (some, first, second) => {
      const mixed = some.toSpliced(first, 0, failed).toSpliced(second, 0, failed);
      expect(opensBreaker(mixed, now)).toBe(false);
    }),
  );
});

test('only a known failure of the machine, the network or a shared host is endless', () => {
  expect([isEndless('page-load-failed'), isEndless('host-died'), isEndless('unheard-of'), isEndless(null)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test.each([
  ['no breaker', [], false],
  ['four at once', [1, 1, 1, 1], false],
  ['five at once', [1, 1, 1, 1, 1], true],
  ['five within ten minutes, in any sequence', [600_001, 5, 4, 1, 3], true],
  ['five, the last a moment too late', [600_002, 5, 4, 1, 3], false],
  ['many, one an hour', [1, 2, 3, 4, 5, 6].map((hour) => hour * 3_600_000), false],
  ['one long ago, then five', [1, ...[0, 1, 2, 3, 4].map((n) => 5_000_000 + n)], true],
])('breakers that opened for one reason are one fault, %s: %#', (_, openedAt, expected) => {
  expect(isSharedFault(openedAt)).toBe(expected);
});

test('a breaker that has closed counts as one of them', () => {
  expect([isSharedFault([1, 1, 1, 1], 1), isSharedFault([1, 1, 1], 1), isSharedFault([], 1)]).toEqual([
    true,
    false,
    false,
  ]);
});
