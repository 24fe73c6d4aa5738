import { expect, test } from 'vitest';
import { buildDate, dataEnd } from '../../../src/replica/builds/build-dates.ts';
import { readBuildDates } from '../../../src/replica/builds/read-build-data.ts';
import { timelineOf } from '../../../src/replica/builds/resolve-surface.ts';

test('a build that a fact dates to the day has that date', () => {
  expect(buildDate('2.3000.1044822804')).toEqual({ date: '2026-08-10', exact: true });
});

test('a build between two dated builds is about as old as its number says', () => {
  expect(buildDate('2.3000.1029241508')).toEqual({ date: '2025-10-31', exact: false });
});

test('from the first Comet build on, the first build of every day with a kept page is dated', () => {
  const dates = readBuildDates();
  expect(dates.length).toBeGreaterThan(800);
  expect(dates[0]?.date).toBe('2024-03-15');
  for (const { build, date } of [dates[0], dates[400], dates.at(-1)].flatMap((each) => each ?? [])) {
    expect(buildDate(build)).toEqual({ date, exact: true });
  }
  expect(dates.map(({ date }) => date)).toEqual(dates.map(({ date }) => date).toSorted());
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
