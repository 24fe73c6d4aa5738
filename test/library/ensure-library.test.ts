import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { libraryStatuses } from '../../src/library/library-statuses.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { packTinyLibrary, writeTinyLibrary } from './tiny-library.ts';

vi.setConfig({ testTimeout: 60_000 }); // npm is started several times

let home: string;
let said: string[];
const say = (line: string) => said.push(line);

beforeEach(() => {
  home = join(temporaryFolder(), 'home');
  said = [];
  vi.stubEnv('WWEBJS_CANARY_HOME', home);
  return () => vi.unstubAllEnvs();
});

async function tinyTarball(): Promise<string> {
  const folder = temporaryFolder();
  writeTinyLibrary(folder);
  return await packTinyLibrary(folder);
}

const installations = () => readdirSync(join(home, 'libraries')).filter((name) => !name.startsWith('.'));

/** Another process that installs the library; resolves to what it said. */
function otherProcess(spec: string) {
  const module = JSON.stringify(new URL('../../src/library/ensure-library.ts', import.meta.url).href);
  const program = `const { ensureLibrary } = await import(${module}); await ensureLibrary(${JSON.stringify(spec)}, console.log);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, WWEBJS_CANARY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('ensureLibrary', () => {
  test('installs a tarball under version and content hash, once', async () => {
    const file = await tinyTarball();
    const library = await ensureLibrary(file, say);
    expect(library.label).toMatch(/^0\.0\.7\+[0-9a-f]{8}$/);
    expect(library).toMatchObject({ version: '0.0.7', integrity: expect.stringMatching(/^sha512-/) });
    expect(said).toHaveLength(2); // resolved and installed
    expect(await ensureLibrary(file, say)).toEqual(library);
    expect(await ensureLibrary(library.label, say)).toEqual(library);
    expect(said).toHaveLength(2);
  });

  test('installs a folder as it would be published; a changed file gives another label', async () => {
    const folder = writeTinyLibrary(temporaryFolder());
    const before = await ensureLibrary(folder, say);
    writeFileSync(join(folder, 'index.js'), 'exports.Client = 2;');
    const after = await ensureLibrary(folder, say);
    expect(after.label).not.toBe(before.label);
    expect(installations()).toHaveLength(2);
  });

  test('notices a changed or half-removed installation, says so, and repairs it', async () => {
    const file = await tinyTarball();
    const { packageDir, root } = await ensureLibrary(file, say);
    writeFileSync(join(packageDir, 'index.js'), 'exports.Client = 9;');
    expect(await libraryStatuses(false)).toContainEqual(
      expect.objectContaining({ version: '0.0.7', state: 'damaged', problem: expect.stringContaining('index.js') }),
    );
    await ensureLibrary(file, say);
    rmSync(packageDir, { recursive: true });
    await ensureLibrary(file, say);
    const repairs = said.filter((line) => line.startsWith(`Repairing ${root}`));
    expect(repairs).toEqual([expect.stringContaining('was changed'), expect.stringContaining('is missing')]);
    expect(await libraryStatuses(true)).toContainEqual(expect.objectContaining({ version: '0.0.7', problem: null }));
  });

  test('two processes that start together install once', async () => {
    const file = await tinyTarball();
    const outputs = await Promise.all(
      [1, 2].map(async () => {
        const child = otherProcess(file);
        const text = (await child.stdout.toArray()).join('');
        return text;
      }),
    );
    expect(outputs.join('').match(/^Installing/gm)).toHaveLength(1);
    expect(installations()).toHaveLength(1);
  });

  test('an installation that was killed half way is done again and leaves nothing behind', async () => {
    const file = await tinyTarball();
    const child = otherProcess(file);
    let text = '';
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.includes('Installing')) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const library = await ensureLibrary(file, say);
    expect(installations()).toEqual([expect.stringContaining(library.label)]);
    expect(installations().filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('without network an unknown version is the machine’s trouble, not the user’s', async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
    vi.stubEnv('npm_config_cache', join(home, 'empty-cache'));
    vi.stubEnv('npm_config_fetch_retries', '0');
    const installing = ensureLibrary('0.0.7', say);
    await expect(installing).rejects.toThrow(TroubleError);
    await expect(installing).rejects.toThrow('npm cannot reach its registry');
  });

  test('an unknown label is the user’s mistake', async () => {
    await expect(ensureLibrary('0.0.7+00000000', say)).rejects.toThrow(InputError);
  });
});
