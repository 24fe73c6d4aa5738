import { isDeepStrictEqual } from 'node:util';
import { sortBuilds } from '../../../src/contracts/build-number.ts';
import { readBuildDates } from '../../../src/replica/builds/read-build-data.ts';
import { resolveSurface, timelineOf } from '../../../src/replica/builds/resolve-surface.ts';
import { captureOf, shownAfter, shownBy } from './round-trip.ts';

/*
 * Captures the page that the replica serves for every build from which on something is different, and for one dated build of each month,
 * and compares the capture with the surface that the page was made from. Exit code 1 when one differs.
 */
const { facts } = timelineOf('comet').data;
const months = new Map(readBuildDates().map(({ build, date }) => [date.slice(0, 7), build]));
const builds = sortBuilds([...facts.changes.map(({ since }) => since), ...months.values()]);
let different = 0;
for (const build of builds) {
  const surface = resolveSurface(build);
  const capture = captureOf(surface);
  const shown = shownAfter(capture, Object.keys(surface.modules));
  const isSame = isDeepStrictEqual(shown, shownBy(surface)) && capture.findings.length === 0;
  if (!isSame) different += 1;
  if (!isSame) console.log(`${build}: the capture is another surface`);
}
console.log(`${builds.length} builds captured, ${different} of them different`);
process.exitCode = different === 0 ? 0 : 1;
