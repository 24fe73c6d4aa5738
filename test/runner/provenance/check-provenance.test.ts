import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkProvenance } from '../../../src/runner/provenance/check-provenance.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A package on disk; returns its folder. */
function install(root: string, name: string, version: string): string {
  const folder = join(root, 'node_modules', name);
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version }));
  return folder;
}

const loadedFrom = (folder: string, version: string) => ({
  version,
  packages: [{ name: 'whatsapp-web.js', version, folder }],
});

const thrownAt = (folder: string) =>
  `TypeError: Cannot destructure property 'failed' of '(intermediate value)' as it is undefined.
    at Client.initialize (${folder}/src/Client.js:215:21)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)`;

describe('when all agree', () => {
  test('there is no mismatch, and the frames name package, version, file and line', () => {
    const root = temporaryFolder();
    const packageDir = install(root, 'whatsapp-web.js', '1.34.2');
    const puppeteer = install(root, 'puppeteer-core', '18.2.1');
    const stack = `${thrownAt(packageDir)}\n    at async ExecutionContext.evaluate (${puppeteer}/lib/a.js:107:16)`;
    const { provenance, mismatch } = checkProvenance({
      requested: '1.34.2',
      installed: { packageDir, integrity: 'sha512-x' },
      loaded: loadedFrom(packageDir, '1.34.2'),
      errorStacks: [stack, stack],
    });
    expect(mismatch).toBeNull();
    expect(provenance).toEqual({
      requested: '1.34.2',
      installed: '1.34.2',
      loaded: '1.34.2',
      integrity: 'sha512-x',
      frames: [
        { package: 'whatsapp-web.js', version: '1.34.2', file: 'src/Client.js', line: 215 },
        { package: 'puppeteer-core', version: '18.2.1', file: 'lib/a.js', line: 107 },
      ],
    });
  });

  test('a label of version and content hash agrees with its version', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.7');
    const loaded = loadedFrom(packageDir, '1.34.7');
    const installed = { packageDir, integrity: null };
    expect(checkProvenance({ requested: '1.34.7+0a1b2c3d', installed, loaded, errorStacks: [] }).mismatch).toBeNull();
  });

  test('a link to the folder is the same folder', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.7');
    const link = join(temporaryFolder(), 'link');
    symlinkSync(packageDir, link);
    const installed = { packageDir: link, integrity: null };
    const loaded = loadedFrom(packageDir, '1.34.7');
    expect(checkProvenance({ requested: '1.34.7', installed, loaded, errorStacks: [] }).mismatch).toBeNull();
  });

  test('a library that was never loaded says nothing against it', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.7');
    const installed = { packageDir, integrity: null };
    const { provenance, mismatch } = checkProvenance({ requested: '1.34.7', installed, loaded: null, errorStacks: [] });
    expect([provenance.loaded, mismatch]).toEqual([null, null]);
  });
});

describe('a mismatch', () => {
  test('of the folder on disk names both versions and the line of the error', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.24.0');
    const { mismatch } = checkProvenance({
      requested: '1.34.2',
      installed: { packageDir, integrity: null },
      loaded: loadedFrom(packageDir, '1.24.0'),
      errorStacks: [thrownAt(packageDir)],
    });
    expect(mismatch).toBe(
      `1.34.2 was asked for; 1.24.0 is installed in ${packageDir}; 1.24.0 was loaded from ${packageDir}; ` +
        "1.24.0 is in the error's stack at src/Client.js:215",
    );
  });

  test('is a second copy, even when only the error shows it', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.2');
    const old = install(temporaryFolder(), 'whatsapp-web.js', '1.24.0');
    const { mismatch } = checkProvenance({
      requested: '1.34.2',
      installed: { packageDir, integrity: null },
      loaded: loadedFrom(packageDir, '1.34.2'),
      errorStacks: [thrownAt(old)],
    });
    expect(mismatch).toContain("1.24.0 is in the error's stack at src/Client.js:215");
  });

  test('is the same version out of another folder', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.2');
    const other = install(temporaryFolder(), 'whatsapp-web.js', '1.34.2');
    const installed = { packageDir, integrity: null };
    const loaded = loadedFrom(other, '1.34.2');
    expect(checkProvenance({ requested: '1.34.2', installed, loaded, errorStacks: [] }).mismatch).toContain(
      `was loaded from ${other}`,
    );
  });

  test('is seen in frames of puppeteer 24, which name the call in Node', () => {
    const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.7');
    const old = install(temporaryFolder(), 'whatsapp-web.js', '1.34.6');
    const stack = `at evaluate (evaluate at Client.inject (${old}/src/Client.js:144:28), <anonymous>:2:66)`;
    const { provenance, mismatch } = checkProvenance({
      requested: '1.34.7',
      installed: { packageDir, integrity: null },
      loaded: loadedFrom(packageDir, '1.34.7'),
      errorStacks: [stack],
    });
    expect(provenance.frames).toEqual([
      { package: 'whatsapp-web.js', version: '1.34.6', file: 'src/Client.js', line: 144 },
    ]);
    expect(mismatch).toContain('1.34.6');
  });
});

test('frames outside of packages, and those of files that are not on this disk, are left out', () => {
  const packageDir = install(temporaryFolder(), 'whatsapp-web.js', '1.34.7');
  const stack = `at main (${dirname(import.meta.dirname)}/x.ts:1:1)\n    at y (/srv/gone/node_modules/z/index.js:1:1)`;
  const { provenance } = checkProvenance({
    requested: '1.34.7',
    installed: { packageDir, integrity: null },
    loaded: null,
    errorStacks: [stack],
  });
  expect(provenance.frames).toEqual([]);
});
