import { describe, expect, test } from 'vitest';
import type { Archive } from '../../src/contracts/build-data.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { archivedShapes, archives } from './archives.ts';

const complete = archives.filter((archive) => archive.complete);
const partial = archives.filter((archive) => !archive.complete);

/** Name to exports, of the archived modules that a condition picks. */
function exportsOf(archive: Archive, wanted: (evidence: string) => boolean) {
  const entries = Object.entries(archive.modules).filter(([, { evidence }]) => wanted(evidence));
  return Object.fromEntries(entries.map(([name, { exports }]) => [name, exports]));
}

test('three builds are archived completely and two in part', () => {
  expect(complete.map(({ build }) => build)).toEqual(['2.3000.1037160418', '2.3000.1038162681', '2.3000.1044822804']);
  expect(partial.map(({ build }) => build)).toEqual(['2.3000.1016820347', '2.3000.1024191873']);
});

describe.each(complete)('the completely archived build $build', (archive) => {
  const surface = resolveSurface(archive.build);

  test('has exactly the modules of the archive, with their exports and kinds, and those of prefetched bundles from the login on', () => {
    const offered = Object.entries(surface.modules).map(([name, { tier, exports }]) => [name, { tier, exports }]);
    const archived = Object.entries(archive.modules).map(([name, { tier, prefetched, exports }]) => [
      name,
      { tier: prefetched ? 2 : tier, exports },
    ]);
    expect(Object.fromEntries(offered)).toEqual(Object.fromEntries(archived));
  });

  test('has the tiers of the archive where it does not prefetch', () => {
    const { modules } = resolveSurface(archive.build, { prefetch: 'false' });
    const tiers = (all: Record<string, { tier: unknown }>) =>
      Object.entries(all).map(([name, { tier }]) => [name, tier]);
    expect(tiers(modules)).toEqual(tiers(archive.modules));
  });

  test('has exactly the archived keys of WAWebCollections', () => {
    expect(surface.collections).toEqual(archive.collections);
  });
});

describe.each(partial)('the partly archived build $build', (archive) => {
  const { modules } = resolveSurface(archive.build);

  test('modules that were read have exactly the archived exports', () => {
    const read = exportsOf(archive, (evidence) => evidence !== 'uses');
    expect(Object.keys(read).length).toBeGreaterThan(40);
    for (const [name, exports] of Object.entries(read)) {
      const offered = modules[name]?.exports ?? {};
      expect(Object.keys(offered).sort(), name).toEqual(Object.keys(exports).sort());
      const known = Object.entries(exports).filter(([, kind]) => kind !== 'unknown');
      expect(offered, name).toMatchObject(Object.fromEntries(known));
    }
  });

  test('modules that were only seen in use have at least the names seen', () => {
    const used = exportsOf(archive, (evidence) => evidence === 'uses');
    const missing = Object.entries(used).flatMap(([name, exports]) =>
      Object.keys(exports).flatMap((key) => (modules[name]?.exports[key] ? [] : `${name}.${key}`)),
    );
    expect(missing).toEqual([]);
  });
});

test.each(archives)('$build has none of the modules that its archive knows to be absent', ({ build, absent }) => {
  const { modules } = resolveSurface(build);
  expect(absent.filter((name) => modules[name])).toEqual([]);
});

describe('behaviours that an archive shows', () => {
  const keyFieldsOf = (archive: Archive) => archivedShapes(archive).modules.WAWebMsgKey?.members?.default?.otherFields;
  const cmdEventsOf = (archive: Archive) => archive.modules.WAWebCmd?.events;

  test.each(archives.filter(keyFieldsOf))('$build keeps the text of a message key as its archive does', (archive) => {
    const { msgKeyTextField } = resolveSurface(archive.build).behaviours;
    expect(msgKeyTextField === '_serialized').toBe(keyFieldsOf(archive)?.includes('_serialized'));
  });

  test.each(archives.filter(cmdEventsOf))('$build tells of a logout by the archived event', (archive) => {
    const plain = resolveSurface(archive.build).behaviours.cmdEvents === 'plain';
    expect(cmdEventsOf(archive)).toContain(plain ? 'logout' : 'logout_from_bridge');
    expect(cmdEventsOf(archive)).not.toContain(plain ? 'logout_from_bridge' : 'logout');
  });
});
