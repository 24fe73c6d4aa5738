import { describe, expect, test } from 'vitest';
import type { Surface } from '../../../src/contracts/surface.ts';
import { newestPossible } from '../../../src/replica/builds/newest-possible.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';

const inBetween = ['1020000000', '1026515401', '1029241508', '1032534684', '1034000000', '1042401057', '1046000000'];

describe.each(inBetween.map((revision) => `2.3000.${revision}`))('the newest state that %s may have', (build) => {
  const surface = resolveSurface(build);
  const newest = newestPossible(surface);
  const uncertain = new Set(surface.uncertain.flatMap(({ names }) => names));

  test('differs from the oldest in the names of uncertain changes and in no other', () => {
    const differing = differences(surface, newest);
    expect(differing.filter((name) => !uncertain.has(name))).toEqual([]);
    expect(differing.length).toBeGreaterThan(0);
  });

  test('has each name as the build that first shows the change, unless a later change has it too', () => {
    for (const { since, names } of surface.uncertain) {
      const later = resolveSurface(since);
      for (const name of names) {
        const others = surface.uncertain.filter((change) => change.names.includes(name));
        if (others.at(-1)?.since === since) expect([name, has(newest, name)]).toEqual([name, has(later, name)]);
      }
    }
  });
});

test('a build without uncertain changes is its own newest state', () => {
  const surface = { ...resolveSurface('2.3000.1044822804'), uncertain: [] };
  expect(newestPossible(surface)).toBe(surface);
});

/** What a surface says of a name of an uncertain change. */
function has({ modules, collections, behaviours }: Surface, name: string): unknown {
  const [module = '', key] = name.split('.');
  if (key === undefined)
    return name in behaviours
      ? Object.entries(behaviours).find(([each]) => each === name)?.[1]
      : (modules[module]?.tier ?? null);
  return module === 'WAWebCollections' && key in collections
    ? collections[key]
    : (modules[module]?.exports[key] ?? null);
}

function differences(before: Surface, after: Surface): string[] {
  const names = [before, after].flatMap(({ modules, collections, behaviours }) => [
    ...Object.keys(modules),
    ...Object.keys(collections).map((key) => `WAWebCollections.${key}`),
    ...Object.keys(behaviours),
    ...Object.entries(modules).flatMap(([module, { exports }]) =>
      Object.keys(exports).map((key) => `${module}.${key}`),
    ),
  ]);
  return [...new Set(names)].filter((name) => {
    const [module = ''] = name.split('.');
    // A module that came or went stands for its exports.
    const isOfWholeModule = name.includes('.') && !(before.modules[module] && after.modules[module]);
    return has(before, name) !== has(after, name) && !isOfWholeModule;
  });
}
