import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { ExportedFacts } from '../../contracts/capture.ts';
import type { Face, Surface } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { addedFacts, untilFactsChange } from './added-facts.ts';
import { type BuildTimeline, buildTimeline, surfaceAt, switchesOf } from './build-timeline.ts';
import { keptTimeline } from './kept-timeline.ts';

const timelines = untilFactsChange(() => new Map<Face, BuildTimeline>());
const surfaces = untilFactsChange(() => new Map<string, Surface>());

/** Webpack until 2.24xx; Comet builds have the minor number 3000. */
export function faceOf(build: string): Face {
  return parseBuild(build)[1] >= 3000 ? 'comet' : 'webpack';
}

/** The changes of one face out of `compat-matrix/builds` with what the user added, read once per process. */
export function timelineOf(face: Face): BuildTimeline {
  let timeline = timelines().get(face);
  if (!timeline) {
    timeline = face === 'comet' ? withAddedFacts(keptTimeline(face)) : keptTimeline(face);
    timelines().set(face, timeline);
  }
  return timeline;
}

function withAddedFacts(own: BuildTimeline): BuildTimeline {
  const { changes, archives } = addedFacts();
  const updated = newerFacts();
  if (changes.length === 0 && updated === null) return own;
  const { file } = own.data;
  const facts = updated?.facts ?? own.data.facts;
  const all = [...facts.changes, ...changes];
  all.sort((a, b) => compareBuilds(parseBuild(a.since), parseBuild(b.since)));
  const newest = changes.findLast(({ since }) => all.at(-1)?.since === since);
  const { known } = facts;
  const isBeyond = newest !== undefined && isAfter(newest.since, known.to);
  return buildTimeline({
    file,
    facts: {
      ...facts,
      changes: all,
      known: isBeyond
        ? { ...known, to: newest.since, date: newest.date, behaviours: known.behaviours ?? known.to }
        : known,
    },
    archives: new Map(
      [...(updated ? Object.entries(updated.archives) : own.data.archives), ...archives].filter(([name]) =>
        all.some(({ archive }) => archive === name),
      ),
    ),
  });
}

/** The facts of `surface update`, where they are newer than those of the package; else null. */
export function newerFacts(): ExportedFacts | null {
  const { updated } = addedFacts();
  const isNewer = updated !== null && isAfter(updated.facts.known.to, keptTimeline('comet').data.facts.known.to);
  return isNewer ? updated : null;
}

function isAfter(build: string, other: string): boolean {
  return compareBuilds(parseBuild(build), parseBuild(other)) > 0;
}

/**
 * Resolves what a WhatsApp Web build offers to code in its page, for any build number; `extrapolated` is set for a number outside
 * the known range. Calls with the same build and values return the same object: do not change it.
 *
 * @param chosen values of switches by name; a switch that is not named has its default
 * @throws InputError for a text that is no build number, for a switch or a value that the build does not have, and for a mistake in
 * the files of `compat-matrix/builds`.
 */
export function resolveSurface(build: string, chosen: SwitchValues = {}): Surface {
  const key = JSON.stringify([build, ...Object.entries(chosen).sort()]);
  let surface = surfaces().get(key);
  if (!surface) {
    surface = surfaceAt(timelineOf(faceOf(build)), build, chosen);
    surfaces().set(key, surface);
  }
  return surface;
}

/** @throws InputError for a switch or a value that the build does not have. */
export function checkSwitches(build: string, chosen: SwitchValues): void {
  if (Object.keys(chosen).length > 0) switchesOf(timelineOf(faceOf(build)), build, chosen);
}
