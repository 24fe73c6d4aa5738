import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { compareWithManifest, writeManifest } from '../../src/install/manifest.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const everything = () => true;
const nothing = () => false;

describe('an installed folder against its manifest', () => {
  let folder: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src', 'Client.js'), 'start()');
    symlinkSync('src/Client.js', join(folder, 'main'));
    await writeManifest(folder);
  });

  test('is the same as long as the folder does not change', async () => {
    expect(await compareWithManifest(folder, everything)).toBeNull();
  });

  test('shows a file of another size without reading it', async () => {
    writeFileSync(join(folder, 'src', 'Client.js'), 'start(); // patched');
    expect(await compareWithManifest(folder, nothing)).toBe('src/Client.js was changed after the installation');
  });

  test('shows other contents of the same size where contents are read', async () => {
    writeFileSync(join(folder, 'src', 'Client.js'), 'sTart()');
    expect(await compareWithManifest(folder, nothing)).toBeNull();
    expect(await compareWithManifest(folder, (path) => path.startsWith('src/'))).toMatch('src/Client.js was changed');
  });

  test('shows a file that is missing, and one too many', async () => {
    writeFileSync(join(folder, 'extra.js'), '');
    expect(await compareWithManifest(folder, nothing)).toBe('extra.js was added after the installation');
    rmSync(join(folder, 'extra.js'));
    rmSync(join(folder, 'main'));
    expect(await compareWithManifest(folder, nothing)).toBe('main is missing');
  });

  test('is compared within one folder of it only', async () => {
    writeFileSync(join(folder, 'extra.js'), '');
    rmSync(join(folder, 'main'));
    expect(await compareWithManifest(folder, everything, 'src')).toBeNull();
    writeFileSync(join(folder, 'src', 'Client.js'), 'sTart()');
    expect(await compareWithManifest(folder, everything, 'src')).toBe(
      'src/Client.js was changed after the installation',
    );
    rmSync(join(folder, 'src'), { recursive: true });
    expect(await compareWithManifest(folder, everything, 'src')).toBe('src/Client.js is missing');
  });

  test('is not trusted without a manifest', async () => {
    writeFileSync(join(folder, 'manifest.json'), '{');
    expect(await compareWithManifest(folder, nothing)).toBe('manifest.json is missing or damaged');
  });
});
