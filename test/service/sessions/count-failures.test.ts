import { expect, test } from 'vitest';
import { countFailures } from '../../../src/service/sessions/count-failures.ts';

const since = 1_000;
const failed = { cause: 'host-died', outcome: 'failed', ended_at: 2_000, lost_at: null } as const;
const ready = { ...failed, outcome: 'ready' } as const;
const lost = { ...ready, lost_at: 2_500 } as const;

test.each([
  ['failed starts in a row count', [failed, failed, failed], 3],
  ['what is longer ago does not', [failed, { ...failed, ended_at: 900 }, { ...lost, lost_at: 900 }], 1],
  ['a start that got ready ends the row of failed ones', [failed, ready, failed, failed], 1],
  ['a session that gets ready and is lost again and again counts every time', [lost, lost, lost], 3],
  [
    'what failed before a person asked does not count',
    [failed, { ...failed, cause: 'restore-asked' }, failed, failed],
    2,
  ],
  ['what failed with another version does not count', [{ ...failed, cause: 'rollout' }, failed, failed], 1],
  ['a stop in order says nothing', [failed, { ...failed, outcome: 'stopped' as const }, failed], 2],
])('%s', (_, newestFirst, count) => {
  expect(countFailures(newestFirst, since)).toBe(count);
});
