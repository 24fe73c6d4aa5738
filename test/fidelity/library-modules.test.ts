import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { archives } from './archives.ts';

const file = new URL('./library-modules.json', import.meta.url);
const { modules: names } = JSON.parse(readFileSync(file, 'utf8')) as { modules: string[] };

const touchedFile = new URL('../../compat-matrix/builds/touched-modules.json', import.meta.url);
const { modules: touched } = JSON.parse(readFileSync(touchedFile, 'utf8')) as { modules: string[] };

describe('modules that any library touches', () => {
  test('are those that releases of whatsapp-web.js ask for, and more', () => {
    expect(names.filter((name) => !touched.includes(name))).toEqual([]);
    expect(touched.length).toBeGreaterThan(500);
  });

  test.each(archives)('the archive of $build covers exactly those', ({ modules, absent, unknown }) => {
    expect([...Object.keys(modules), ...absent, ...unknown].sort()).toEqual(touched.toSorted());
  });

  test('most lazy modules of the newest archive name what brings them', () => {
    const lazy = Object.entries(archives.at(-1)?.modules ?? {}).filter(([, { tier }]) => tier === 'lazy');
    const named = lazy.filter(([, { loaders, components }]) => loaders || components);
    expect(named.length / lazy.length).toBeGreaterThan(0.7);
  });
});

describe('modules that any library release asks for', () => {
  test('there are 148', () => expect(names).toHaveLength(148));

  test.each(archives)('those that the real build $build has are in the replica', (archive) => {
    const { modules } = resolveSurface(archive.build);
    const missing = names.filter((name) => archive.modules[name] && !modules[name]);
    expect(missing).toEqual([]);
  });

  test.each(archives)('the archive of $build says of each whether it was there, or that it cannot tell', (archive) => {
    const silent = names.filter(
      (name) => !archive.modules[name] && !archive.absent.includes(name) && !archive.unknown.includes(name),
    );
    expect(silent).toEqual([]);
  });
});
