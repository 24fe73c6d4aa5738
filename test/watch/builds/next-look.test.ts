import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import type { Looks } from '../../../src/store/live-builds.ts';
import { afterLook, type LookEnd } from '../../../src/watch/builds/next-look.ts';

const minute = 60_000;
const hour = 60 * minute;
const pace = { every: hour, firstWait: 5 * minute, longestWait: 6 * hour };
const build = '2.3000.1044822804';

test('after a page the next look is due after the period and up to a tenth of it, and earlier failures are forgotten', () => {
  const failed = afterLook(null, { at: 0, trouble: 'no network', notBefore: 0 }, pace, 0);
  for (const jitter of [0, 0.5, 1]) {
    expect(afterLook(failed, { at: hour, build }, pace, jitter)).toEqual({
      ...{ lookedAt: hour, answeredAt: hour, build, failures: 0, trouble: null },
      nextAt: 2 * hour + jitter * 6 * minute,
    });
  }
});

test('after failures in a row the waits double up to the longest, and what was known stays', () => {
  let looks = afterLook(null, { at: 0, build }, pace, 0);
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    const at = looks.nextAt;
    looks = afterLook(looks, { at, trouble: `failure ${i}`, notBefore: 0 }, pace, 0.5);
    waits.push((looks.nextAt - at) / minute);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360, 360]);
  expect(looks).toMatchObject({ answeredAt: 0, build, failures: 10, trouble: 'failure 9' });
});

test('whatever happens, no look is due before the site may be asked, and none later than the longest wait or that time', () => {
  const random = seededRandom(16);
  let looks: Looks | null = null;
  for (let i = 0, at = 0; i < 2_000; i++) {
    const notBefore = at + Math.floor(random() * 10 * hour) - 5 * hour;
    const end: LookEnd = random() < 0.5 ? { at, build } : { at, trouble: 'it answered 429', notBefore };
    looks = afterLook(looks, end, pace, random());
    if ('build' in end) expect(looks.nextAt - at).toBeGreaterThanOrEqual(hour);
    else {
      expect(looks.nextAt).toBeGreaterThanOrEqual(Math.max(at + pace.firstWait, notBefore));
      expect(looks.nextAt).toBeLessThanOrEqual(Math.max(at + pace.longestWait, notBefore));
    }
    expect(Number.isInteger(looks.nextAt)).toBe(true);
    at = looks.nextAt;
  }
});
