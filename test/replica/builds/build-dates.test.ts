import { expect, test } from 'vitest';
import { buildDate, dataEnd } from '../../../src/replica/builds/build-dates.ts';
import { timelineOf } from '../../../src/replica/builds/resolve-surface.ts';

test('a build that a fact dates to the day has that date', () => {
  expect(buildDate('2.3000.1044822804')).toEqual({ date: '2026-08-10', exact: true });
});

test('a build between two dated builds is about as old as its number says', () => {
  const dated = buildDate('2.3000.1029241508');
  expect(dated?.exact).toBe(false);
  expect(dated?.date).toMatch(/^2025-1[01]-\d\d$/);
});

test('builds outside of what is dated have no date', () => {
  expect(buildDate('2.3000.1099999999')).toBeNull();
  expect(buildDate('2.2412.54')).toBeNull();
});

test('the data ends with the newest build that is known', () => {
  const { known } = timelineOf('comet').data.facts;
  expect(buildDate(known.to)).toEqual({ date: dataEnd(), exact: true });
});

test('a newer build is never dated earlier', () => {
  const { changes, known } = timelineOf('comet').data.facts;
  const dates = [...changes.map(({ since }) => since), known.to].flatMap((build) => buildDate(build)?.date ?? []);
  expect(dates).toEqual(dates.toSorted());
});
