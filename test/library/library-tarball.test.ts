import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { readLibraryTarball } from '../../src/library/library-tarball.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { packTinyLibrary, writeTinyLibrary } from './tiny-library.ts';

describe('a library tarball', () => {
  test('tells its version, and a hash that depends on the contents alone', async () => {
    const [one, same, other] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    writeTinyLibrary(one);
    writeTinyLibrary(same);
    writeTinyLibrary(other, { main: 'exports.Client = 2;' });
    const [a, b, c] = await Promise.all(
      [one, same, other].map(async (folder) => readLibraryTarball(await packTinyLibrary(folder))),
    );
    expect(a?.version).toBe('0.0.7');
    expect(a?.contentHash).toBe(b?.contentHash);
    expect(a?.contentHash).not.toBe(c?.contentHash);
  });

  test('of another package is refused with its name', async () => {
    const folder = temporaryFolder();
    writeTinyLibrary(folder, { name: 'whatsapp-api' });
    const file = await packTinyLibrary(folder);
    await expect(readLibraryTarball(file)).rejects.toThrow(`${file} holds the package "whatsapp-api"`);
  });

  test('that is no tarball is refused', async () => {
    const file = join(temporaryFolder(), 'it.tgz');
    writeFileSync(file, 'not compressed');
    await expect(readLibraryTarball(file)).rejects.toThrow(InputError);
  });
});
