import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';

/** A package of a few bytes that calls itself whatsapp-web.js and needs no other: npm installs it without any registry. */
export function writeTinyLibrary(
  folder: string,
  { name = 'whatsapp-web.js', main = 'exports.Client = 1;' } = {},
): string {
  const root = join(folder, 'package');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, version: '0.0.7', main: 'index.js' }));
  writeFileSync(join(root, 'index.js'), main);
  return root;
}

/** Packs what `writeTinyLibrary` wrote. */
export async function packTinyLibrary(folder: string): Promise<string> {
  const file = join(folder, 'tiny.tgz');
  await create({ file, cwd: folder, gzip: true, portable: true }, ['package']);
  return file;
}
