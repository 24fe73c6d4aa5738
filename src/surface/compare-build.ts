import type { BuildFinding, VersionChange } from '../contracts/build-finding.ts';
import type { Surface } from '../contracts/surface.ts';
import type { MissingName } from '../contracts/surface-check.ts';
import { checkMethods } from './check-methods.ts';
import { checkSurface } from './check-surface.ts';
import { diffBuilds } from './diff-builds.ts';
import type { LibraryIndex } from './library-index.ts';

/** A version with what its source says. */
export interface CheckedVersion {
  library: string;
  index: LibraryIndex;
}

/** What one build changes for versions, compared with an earlier one, by their sources. It runs nothing. */
export function compareBuild(
  before: Surface,
  after: Surface,
  versions: readonly CheckedVersion[],
): Pick<BuildFinding, 'changed' | 'versions'> {
  const { modules, exports, collections, tiers } = diffBuilds(before, after);
  const count = ({ removed, added }: Record<'removed' | 'added', readonly string[]>) => ({
    removed: removed.length,
    added: added.length,
  });
  return {
    changed: {
      modules: count(modules),
      exports: count(exports),
      collections: count(collections),
      tiers: tiers.length,
    },
    versions: versions.map((version) => changeFor(version, before, after)),
  };
}

function changeFor({ library, index }: CheckedVersion, before: Surface, after: Surface): VersionChange {
  const [was, is] = [checkSurface(index, before), checkSurface(index, after)];
  const statuses = new Map(checkMethods(index, before).map(({ name, status }) => [name, status]));
  const methods = checkMethods(index, after).map(({ name, status }) => ({ name, was: statuses.get(name), is: status }));
  const names = (some: readonly { name: string }[]) => some.map(({ name }) => name);
  return {
    library,
    stops: { before: was.stops, after: is.stops },
    missing: onlyIn(is.missing, was.missing).map(({ kind, name, stops, certain }) => ({ kind, name, stops, certain })),
    found: names(onlyIn(was.missing, is.missing)),
    lost: names(methods.filter((method) => method.is === 'broken' && method.was !== 'broken')),
    regained: names(methods.filter((method) => method.is === 'works' && method.was === 'broken')),
    doubtful: names(methods.filter((method) => method.is === 'unknown' && method.was === 'works')),
  };
}

function onlyIn(some: readonly MissingName[], others: readonly MissingName[]): MissingName[] {
  const known = new Set(others.map(({ name }) => name));
  return some.filter(({ name }) => !known.has(name));
}
