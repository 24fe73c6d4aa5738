import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
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

test('remove refuses while another process uses the version, and names it; it does not wait for one that was killed', async () => {
  const home = temporaryFolder();
  writeTinyLibrary(home);
  const tarball = await packTinyLibrary(home);
  const user = spawn(process.execPath, [join(import.meta.dirname, '../library/use-library-child.ts'), tarball], {
    env: { ...process.env, WWEBJS_CANARY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(user.stdout, 'data')) as [Buffer];
  const { label, root } = JSON.parse(String(line)) as { label: string; root: string };
  const installed = readdirSync(root, { recursive: true }).length;

  const refused = await cli(['library', 'remove', label], home);
  expect(refused).toMatchObject({ exit: 3, stdout: '' });
  expect(refused.stderr).toBe(
    `error: library "${label}" is not removed: process ${user.pid} uses it; remove it when that has ended\n`,
  );
  expect(readdirSync(root, { recursive: true })).toHaveLength(installed);
  expect(await cli(['library', 'verify'], home)).toMatchObject({ exit: 0 });

  user.kill('SIGKILL');
  await once(user, 'close');
  const removed = await cli(['library', 'remove', label], home);
  expect(removed).toMatchObject({ exit: 0, stderr: '' });
  expect(removed.stdout).toContain(`removed ${root}\n`);
  expect(existsSync(root)).toBe(false);
});

test('a schedule keeps its versions between two runs, and gives them free when it ends', async () => {
  const home = temporaryFolder();
  writeTinyLibrary(home);
  const added = await cli(['library', 'add', await packTinyLibrary(home)], home);
  const [label = ''] = added.stdout.match(/0\.0\.7\+[0-9a-f]{8}/) ?? [];
  const schedule = ['watch', '--every', '24h', '--port', '0', '--library', label, '--build', '2.3000.1029241508'];
  const watch = spawn(process.execPath, [join(packageRoot, 'src/cli/main.ts'), ...schedule], {
    env: { ...process.env, WWEBJS_CANARY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(watch.stdout, 'data');
  // The first run of the schedule may use it too.
  const refused = await cli(['library', 'remove', label], home);
  expect([refused.exit, refused.stderr]).toEqual([
    3,
    expect.stringMatching(new RegExp(`process(es)? .*\\b${watch.pid}\\b.* uses? it`)),
  ]);
  watch.kill('SIGTERM');
  expect(await once(watch, 'close')).toEqual([0, null]);
  expect(await cli(['library', 'remove', label], home)).toMatchObject({ exit: 0 });
});

test('a process that was killed leaves a mark only until the next one uses the library', async () => {
  const home = temporaryFolder();
  writeTinyLibrary(home);
  const tarball = await packTinyLibrary(home);
  const [label] = (await cli(['library', 'add', tarball], home)).stdout.match(/0\.0\.7\+[0-9a-f]{8}/) ?? [];
  const marks = join(home, 'libraries', '.uses', label as string);
  expect(readdirSync(marks)).toEqual([]);
  writeFileSync(join(marks, '1-left.mark'), '');
  await cli(['library', 'add', tarball], home);
  expect(readdirSync(marks)).toEqual([]);
});

test('a range is refused with code 3 before anything is fetched', async () => {
  const { exit, stderr } = await cli(['library', 'add', '^1.34.0']);
  expect(stderr).toMatch(/^error: library "\^1\.34\.0" is a range of versions: give an exact version/);
  expect(exit).toBe(3);
});

const other = '1.34.7';

/** A name that can be a tag, so that only npm knows that there is none, and one that is wrong by itself. */
test.each([
  ['--library', ['run', '--library', 'nine']],
  ['--library', ['watch', '--library', 'nine']],
  ['--baseline', ['gate', '--baseline', 'nine', '--candidate', other, '--run']],
  ['--candidate', ['gate', '--baseline', other, '--candidate', 'nine', '--run']],
  ['--library', ['run', '--library', '^1.2']],
  ['--library', ['watch', '--library', '^1.2']],
  ['--library', ['serve', '--library', '^1.2']],
  ['--baseline', ['gate', '--baseline', '^1.2', '--candidate', other]],
  ['--candidate', ['gate', '--baseline', other, '--candidate', '^1.2', '--run']],
  ['--current', ['advise', '--current', '^1.2', '--build', '2.3000.1032534684']],
])('a library that there is not is refused by the name of its option, %s: %j', async (option, args) => {
  const { exit, stdout, stderr } = await cli(args);
  expect(stderr).toMatch(/nine|\^1\.2/);
  expect(stderr).toContain(option);
  expect(stderr).not.toContain('Installing');
  expect([exit, stdout]).toEqual([3, '']);
});
