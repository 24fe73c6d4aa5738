import { parseBuild } from '../../contracts/build-number.ts';
import type { Face, Surface } from '../../contracts/surface.ts';
import { type BuildTimeline, buildTimeline, surfaceAt } from './build-timeline.ts';
import { readBuildData } from './read-build-data.ts';

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
    timeline = buildTimeline(readBuildData(face));
    timelines.set(face, timeline);
  }
  return timeline;
}

/**
 * Resolves what a WhatsApp Web build offers to code in its page, for any build number; `extrapolated` is set for a number outside
 * the known range. Calls with the same build return the same object: do not change it.
 *
 * @throws InputError for a text that is no build number, and for a mistake in the files of `compat-matrix/builds`.
 */
export function resolveSurface(build: string): Surface {
  let surface = surfaces.get(build);
  if (!surface) {
    surface = surfaceAt(timelineOf(faceOf(build)), build);
    surfaces.set(build, surface);
  }
  return surface;
}
