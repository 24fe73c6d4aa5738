import { parseBuild } from '../../contracts/build-number.ts';
import type { Face, Surface } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { type BuildTimeline, surfaceAt, switchesOf } from './build-timeline.ts';
import { keptTimeline } from './kept-timeline.ts';

const timelines = new Map<Face, BuildTimeline>();
const surfaces = new Map<string, Surface>();

/** Webpack until 2.24xx; Comet builds have the minor number 3000. */
export function faceOf(build: string): Face {
  return parseBuild(build)[1] >= 3000 ? 'comet' : 'webpack';
}

/** The changes of one face out of `compat-matrix/builds`, read once per process. */
export function timelineOf(face: Face): BuildTimeline {
  let timeline = timelines.get(face);
  if (!timeline) {
    timeline = keptTimeline(face);
    timelines.set(face, timeline);
  }
  return timeline;
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
  let surface = surfaces.get(key);
  if (!surface) {
    surface = surfaceAt(timelineOf(faceOf(build)), build, chosen);
    surfaces.set(key, surface);
  }
  return surface;
}

/** @throws InputError for a switch or a value that the build does not have. */
export function checkSwitches(build: string, chosen: SwitchValues): void {
  if (Object.keys(chosen).length > 0) switchesOf(timelineOf(faceOf(build)), build, chosen);
}
