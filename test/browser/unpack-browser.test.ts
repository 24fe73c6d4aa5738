import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, test } from 'vitest';
import { unpackTar } from '../../src/browser/unpack-browser.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A `.tar.br` of one file under the given path. */
async function archiveOf(path: string): Promise<string> {
  const folder = temporaryFolder();
  const inside = join(folder, 'a', 'b');
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, path), 'libnspr4');
  const tar = join(folder, 'it.tar');
  await create({ file: tar, cwd: inside, preservePaths: true }, [path]);
  writeFileSync(`${tar}.br`, brotliCompressSync(readFileSync(tar)));
  return `${tar}.br`;
}

describe('a browser archive', () => {
  test('is unpacked into a folder that is made for it', async () => {
    const target = join(temporaryFolder(), 'lib');
    await unpackTar(await archiveOf('libnspr4.so'), target);
    expect(readFileSync(join(target, 'libnspr4.so'), 'utf8')).toBe('libnspr4');
  });

  test('never writes outside of the folder', async () => {
    const parent = temporaryFolder();
    const archive = await archiveOf('../outside.so');
    await expect(unpackTar(archive, join(parent, 'lib'))).rejects.toThrow('..');
    expect(existsSync(join(parent, 'outside.so'))).toBe(false);
  });

  test('that is cut short is an error, not a browser', async () => {
    const archive = await archiveOf('libnspr4.so');
    writeFileSync(archive, readFileSync(archive).subarray(0, 20));
    await expect(unpackTar(archive, temporaryFolder())).rejects.toThrow();
  });
});
