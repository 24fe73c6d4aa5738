import { expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { diffBuilds } from '../../src/surface/diff-builds.ts';
import { diffLibraries } from '../../src/surface/diff-libraries.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { toyClient } from './toy-package.ts';

test('two builds differ in the names that came, went, or changed the time at which they are loaded', () => {
  const { collections, behaviours } = diffBuilds(
    resolveSurface('2.3000.1029241508'),
    resolveSurface('2.3000.1032534684'),
  );
  expect(collections.removed).toContain('Call');
  expect(collections.added).toContain('WAWebCallCollection');
  expect(behaviours).toContainEqual({ name: 'sendSeenArgument', from: 'chat', to: 'object' });
  const late = diffBuilds(resolveSurface('2.3000.1032534684'), resolveSurface('2.3000.1047483476')).tiers;
  expect(late).toContainEqual({ module: 'WAWebSetPushnameConnAction', from: '2', to: 'lazy' });
});

test('two libraries differ in the names that they use and in how much they depend on them', () => {
  const first = indexLibrary(toyClient(`window.require('A').f; window.require('Old');`)).needs;
  const second = indexLibrary(toyClient(`window.require('A')?.f; window.require('New').g();`)).needs;
  const diff = diffLibraries(first, second);
  expect(diff.onlyFirst.map(({ name }) => name)).toEqual(['Old']);
  expect(diff.onlySecond.map(({ name, absence }) => [name, absence])).toEqual([
    ['New', 'fatal'],
    ['New.g', 'fatal'],
  ]);
  expect(diff.changed.map(({ first: a, second: b }) => [a.name, a.absence, b.absence])).toEqual([
    ['A', 'fatal', 'harmless'],
  ]);
});
