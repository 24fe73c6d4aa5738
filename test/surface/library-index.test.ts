import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { toyClient } from './toy-package.ts';

beforeEach(() => {
  vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const kept = () => readdirSync(join(process.env.WWEBJS_CANARY_HOME ?? '', 'library-index'));

test('an index is made in another process, is the same as one made here, and is kept by content', () => {
  const folder = toyClient(`window.require('A').f;`);
  expect(libraryIndex(folder)).toEqual(indexLibrary(folder));
  expect(kept()).toHaveLength(1);
});

test('a library in another folder with the same content is not read again', () => {
  libraryIndex(toyClient(`window.require('A').f;`));
  const [file = ''] = kept();
  writeFileSync(join(process.env.WWEBJS_CANARY_HOME ?? '', 'library-index', file), JSON.stringify({ mark: 'kept' }));
  expect(libraryIndex(toyClient(`window.require('A').f;`))).toEqual({ mark: 'kept' });
});

test('a home folder that cannot be written costs time and nothing else', () => {
  const home = join(temporaryFolder(), 'file');
  writeFileSync(home, '');
  vi.stubEnv('WWEBJS_CANARY_HOME', home);
  expect(libraryIndex(toyClient('')).needs.library).toBe('0.0.1');
});

test('a folder that is not the library is bad input', () => {
  const folder = join(temporaryFolder(), 'other');
  mkdirSync(folder);
  expect(() => libraryIndex(folder)).toThrow(
    /other is not a folder of whatsapp-web\.js: package\.json and src\/Client\.js/,
  );
});
