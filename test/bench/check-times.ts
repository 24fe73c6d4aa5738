/** Started by the bench with the folders of libraries: prints how much processor time builds and checks take, in milliseconds, as JSON. */
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { builds } from '../agreement/cells.ts';

/** Processor time, which other processes of the machine change less than the time on the wall. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const [first, ...others] = builds.toReversed().map((build) => timed(() => resolveSurface(build)));
const indexes = process.argv.slice(2).map(libraryIndex);
const surfaces = builds.map((build) => resolveSurface(build));
const checks = timed(() => {
  for (const index of indexes) for (const surface of surfaces) checkSurface(index, surface);
});
console.log(JSON.stringify({ first, others, checks }));
