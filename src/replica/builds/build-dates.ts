import { type BuildNumber, compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { Face } from '../../contracts/surface.ts';
import { untilFactsChange } from './added-facts.ts';
import { keptTimeline } from './kept-timeline.ts';
import { readBuildDates } from './read-build-data.ts';
import { faceOf, newerFacts, timelineOf } from './resolve-surface.ts';

/** When WhatsApp Web served a build. */
export interface BuildDate {
  /** `2026-08-10`. */
  date: string;
  /** False when the date is read off between the two nearest dated builds. */
  exact: boolean;
}

interface DatedBuild {
  build: BuildNumber;
  date: string;
}

/**
 * The date of a build; null when it lies outside of the builds whose day is known.
 *
 * @throws InputError for a text that is no build number.
 */
export function buildDate(text: string): BuildDate | null {
  const build = parseBuild(text);
  const builds = datedBuilds(text);
  const before = builds.findLast((one) => compareBuilds(one.build, build) <= 0);
  const after = builds.find((one) => compareBuilds(one.build, build) >= 0);
  if (!before || !after) return null;
  if (compareBuilds(before.build, build) === 0) return { date: before.date, exact: true };
  // Webpack builds count weeks in the second number; between two of those nothing can be read off.
  if (before.build[1] !== after.build[1]) return { date: before.date, exact: false };
  const share = (build[2] - before.build[2]) / (after.build[2] - before.build[2]);
  const [from, to] = [Date.parse(before.date), Date.parse(after.date)];
  return { date: new Date(from + share * (to - from)).toISOString().slice(0, 10), exact: false };
}

/** The date of the newest build of which anything is known. */
export function dataEnd(): string {
  const { known, changes } = timelineOf('comet').data.facts;
  return known.date ?? (changes.at(-1)?.date as string);
}

const dated = untilFactsChange(() => new Map<Face, DatedBuild[]>());

/** The builds of the same face whose day is known, from old to new. */
function datedBuilds(text: string): DatedBuild[] {
  const face = faceOf(text);
  const known = dated().get(face) ?? readDates(face);
  dated().set(face, known);
  return known;
}

function readDates(face: Face): DatedBuild[] {
  const { facts, archives } = timelineOf(face).data;
  const { changes } = facts;
  // The newest build of the data has its date there, also where a capture is newer.
  const ends = [facts, keptTimeline(face).data.facts, newerFacts()?.facts].flatMap((each) => each?.known ?? []);
  const all = [
    ...changes.map(({ since, date }) => ({ build: since, date })),
    ...archives.values(),
    ...(face === 'comet' ? readBuildDates() : []),
    ...ends.flatMap(({ to, date }) => (date === undefined || faceOf(to) !== face ? [] : [{ build: to, date }])),
  ];
  const sorted = all
    .filter(({ date }) => date.length === 'yyyy-mm-dd'.length)
    .map(({ build, date }) => ({ build: parseBuild(build), date }))
    .sort((a, b) => compareBuilds(a.build, b.build));
  // A build that was captured on some day was served before it where the same one, or a newer one, was.
  let earliest = '9999-12-31';
  return sorted
    .toReversed()
    .map(({ build, date }) => {
      earliest = date < earliest ? date : earliest;
      return { build, date: earliest };
    })
    .toReversed();
}
