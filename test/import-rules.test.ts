import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../src/contracts/home.ts';
import { importRules } from './import-rules.ts';
import { importsOf } from './imports-of.ts';

const src = join(packageRoot, 'src');
const files = (await Array.fromAsync(glob('**/*.{ts,tsx}', { cwd: src })))
  .filter((file) => !file.endsWith('.d.ts'))
  .sort();

/** Paths below `src` of everything that a file imports, dynamic imports with a literal included. */
function pathsImportedBy(file: string): string[] {
  return importsOf(join(src, file))
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => relative(src, join(src, dirname(file), specifier)));
}

/** The most specific folder of the table, or else the first folder, that a path lies in. */
function areaOf(path: string): string {
  const areas = Object.keys(importRules).sort((a, b) => b.length - a.length);
  return areas.find((area) => path.startsWith(`${area}/`)) ?? path.split('/')[0] ?? path;
}

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);

/** `allow` is a file, a folder with all below it, or `folder/*` for the files of the folder itself. */
function isAllowed(path: string, allow: string): boolean {
  return allow.endsWith('/*') ? dirname(path) === dirname(allow) : path === allow || within(path, allow);
}

describe('import rules', () => {
  test('there is something to check', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test.each(files)('%s imports only what its folder may import', (file) => {
    const area = areaOf(file);
    const rule = importRules[area];
    expect(rule, `${area} has no row in test/import-rules.ts`).toBeDefined();
    for (const imported of pathsImportedBy(file)) {
      if (imported.startsWith('..')) continue; // outside src: package.json, canaries
      const allowed = areaOf(imported) === area || rule?.may.some((allow) => isAllowed(imported, allow));
      expect(allowed, `${file} imports ${imported}; ${area} may not: ${rule?.because}`).toBe(true);
    }
  });

  test.each(Object.entries(importRules))(
    'the row of %s allows nothing but shapes that it does not use',
    (area, row) => {
      const imported = files.filter((file) => areaOf(file) === area).flatMap(pathsImportedBy);
      const rooms = row.may.filter((allow) => allow !== 'codes' && allow !== 'contracts');
      expect(rooms.filter((allow) => !imported.some((path) => isAllowed(path, allow)))).toEqual([]);
    },
  );

  test('only the store works with SQLite, and no file of the service opens a file of it in its own thread', () => {
    const opensSqlite = (file: string) =>
      importsOf(join(src, file)).some(({ specifier }) => specifier === 'node:sqlite') ||
      ['store/open-store.ts', 'store/database/open-sqlite.ts', 'store/database/sqlite-file.ts'].some((opener) =>
        pathsImportedBy(file).includes(opener),
      );
    expect(files.filter((file) => within(file, 'service') && opensSqlite(file))).toEqual([]);
    const withoutStore = files.filter((file) => !within(file, 'store'));
    const direct = withoutStore.filter((file) =>
      importsOf(join(src, file)).some(({ specifier }) => specifier === 'node:sqlite'),
    );
    expect(direct).toEqual(['install/process-lock.ts']);
  });

  test('only src/host/child loads whatsapp-web.js', () => {
    const loaders = files.filter((file) =>
      /(?:require|import)\(?\s*['"]whatsapp-web\.js/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(loaders.filter((file) => !within(file, 'host/child'))).toEqual([]);
  });

  test('the replica names no library version outside comments', () => {
    const replica = files.filter((file) => within(file, 'replica'));
    const named = replica.filter((file) => {
      const { comments } = parseSync(file, readFileSync(join(src, file), 'utf8'));
      let text = readFileSync(join(src, file), 'utf8');
      for (const comment of comments.toReversed()) text = text.slice(0, comment.start) + text.slice(comment.end);
      return /['"`]1\.(?:2\d|3\d)\.\d+['"`]|whatsapp-web\.js/.test(text);
    });
    expect(named).toEqual([]);
  });
});
