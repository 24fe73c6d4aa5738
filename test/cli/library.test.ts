import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { libraryListSchema } from '../../src/contracts/library-list.ts';
import { packTinyLibrary, writeTinyLibrary } from '../library/tiny-library.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

vi.setConfig({ testTimeout: 60_000 }); // npm is started several times

test('a tarball is added, listed, and verified until it changes', async () => {
  const home = temporaryFolder();
  writeTinyLibrary(home);
  const added = await cli(['library', 'add', await packTinyLibrary(home)], home);
  expect(added).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/^whatsapp-web\.js 0\.0\.7\+[0-9a-f]{8} is installed in /),
  });

  const { libraries } = libraryListSchema.parse(JSON.parse((await cli(['library', 'list', '--json'], home)).stdout));
  const tiny = libraries.find(({ version }) => version === '0.0.7');
  expect(tiny).toMatchObject({ state: 'installed', problem: null, packages: 1 });
  expect(libraries.find(({ label }) => label === '1.34.7')).toMatchObject({ state: 'not-installed' });
  expect(await cli(['library', 'verify'], home)).toMatchObject({ exit: 0, stderr: '' });

  appendFileSync(join(tiny?.root ?? '', 'node_modules', 'whatsapp-web.js', 'index.js'), '// patched');
  const { exit, stdout, stderr } = await cli(['library', 'verify'], home);
  expect(stdout).toContain('index.js was changed after the installation');
  expect(stderr).toBe(
    `error: damaged: ${tiny?.label}; the next run, or "library add ${tiny?.label}", installs it again\n`,
  );
  expect(exit).toBe(4);
});

test('a range is refused with code 3 before anything is fetched', async () => {
  const { exit, stderr } = await cli(['library', 'add', '^1.34.0']);
  expect(stderr).toMatch(/^error: library "\^1\.34\.0" is a range of versions: give an exact version/);
  expect(exit).toBe(3);
});
