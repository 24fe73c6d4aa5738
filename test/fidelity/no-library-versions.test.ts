import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';

test('no file of the replica names a library version: it knows builds and nothing else', async () => {
  const folder = join(packageRoot, 'src', 'replica');
  const files = await Array.fromAsync(glob('**/*.{ts,js,html}', { cwd: folder }));
  const naming = files.filter((file) => /\b1\.\d\d\.\d\b/.test(readFileSync(join(folder, file), 'utf8')));
  expect(files.length).toBeGreaterThan(4);
  expect(naming).toEqual([]);
});
