import { expect, test } from 'vitest';
import { InputError } from '../../../src/contracts/input-error.ts';
import { historyWindow } from '../../../src/report/history/history-window.ts';

const now = Date.parse('2026-11-22T10:47:13.500Z');
const starts = (text: string) => historyWindow(text, now).buckets.map((start) => new Date(start).toISOString());

test.each([
  ['24h', 25, '2026-11-21T10:00:00.000Z', '2026-11-22T10:00:00.000Z'],
  ['7d', 29, '2026-11-15T06:00:00.000Z', '2026-11-22T06:00:00.000Z'],
  ['30d', 31, '2026-10-23T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
  ['12w', 85, '2026-08-30T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
])(
  '%s is %i whole buckets of UTC, from the one in which it begins to the one that goes on',
  (text, count, first, last) => {
    const found = starts(text);
    expect([found.length, found[0], found.at(-1)]).toEqual([count, first, last]);
  },
);

test('a year is cut into weeks that begin on Mondays', () => {
  const found = starts('366d');
  expect(found.at(-1)).toBe('2026-11-16T00:00:00.000Z');
  expect(new Set(found.map((start) => new Date(start).getUTCDay()))).toEqual(new Set([1]));
});

test('days have 24 hours where clocks are put back too', () => {
  const zone = process.env.TZ;
  process.env.TZ = 'America/New_York';
  try {
    // New York put its clocks back on 2026-11-01.
    const { buckets } = historyWindow('30d', now);
    expect(new Set(buckets.slice(1).map((start, i) => start - (buckets[i] as number)))).toEqual(new Set([86_400_000]));
    expect(buckets.every((start) => start % 86_400_000 === 0)).toBe(true);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test.each(['', '30', 'd', '0h', '367d', '9000h', '1.5d', '-3d', '30 d', '30D', '5m'])('%j is no window', (text) => {
  expect(() => historyWindow(text, now)).toThrow(InputError);
  expect(() => historyWindow(text, now)).toThrow('it has to be from 1h to 366d, such as 24h, 30d or 12w');
});
