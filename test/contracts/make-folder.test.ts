import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { makeFolder } from '../../src/contracts/make-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('folders that are missing are made with the permissions asked for; one that is there stays', () => {
  const folder = join(temporaryFolder(), 'a', 'b', 'c');
  makeFolder(folder, 0o700);
  makeFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('where the system makes none the error is thrown', () => {
  expect(() => makeFolder('/proc/nope/deep')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('a file in the way is an error', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => makeFolder(join(file, 'below'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

test('no part of the program calls mkdir with recursive, which never returns for such a folder', () => {
  const files = globSync('src/**/*.ts', { cwd: packageRoot });
  const callers = files.filter((file) =>
    /mkdir(?:Sync)?\([^;]*recursive: true/.test(readFileSync(join(packageRoot, file), 'utf8')),
  );
  expect(callers).toEqual([]);
});
