import { expect, test } from 'vitest';
import { nextStart } from '../../src/watch/next-start.ts';

const minute = 60_000;
const every = 15 * minute;
const noJitter = () => 0;
const start = 1_000 * every;

test('the first run of a new schedule starts at once', () => {
  expect(nextStart(null, every, start + 3 * minute, noJitter)).toEqual({
    dueAt: start,
    startAt: start + 3 * minute,
    missed: 0,
  });
});

test('after a start the next one is in the next period, spread by a tenth of it', () => {
  const now = start + 4 * minute;
  expect(nextStart(start, every, now, noJitter)).toEqual({ dueAt: start + every, startAt: start + every, missed: 0 });
  expect(nextStart(start, every, now, () => 1).startAt).toBe(start + every + 1.5 * minute);
});

test('the spread stays when the period has begun meanwhile', () => {
  expect(nextStart(start, every, start + every + 1, () => 1)).toEqual({
    dueAt: start + every,
    startAt: start + every + 1.5 * minute,
    missed: 0,
  });
});

test('periods that passed during a long run are missed, the present one is started at once', () => {
  const now = start + 3 * every + 5 * minute;
  expect(nextStart(start, every, now, noJitter)).toEqual({ dueAt: start + 3 * every, startAt: now, missed: 2 });
});

test('after a restart in the same period nothing is started twice', () => {
  expect(nextStart(start, every, start + minute, noJitter).startAt).toBe(start + every);
});

test('a schedule whose period was changed goes on without counting the difference as missed', () => {
  expect(nextStart(start, 2 * every, start + 2.5 * every, noJitter)).toEqual({
    dueAt: start + 2 * every,
    startAt: start + 2.5 * every,
    missed: 0,
  });
});
