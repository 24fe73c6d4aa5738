import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { firstOf, startToyHost, toyLibrary, typesOf } from './toy.ts';

test('a library that throws when it is required is an error of its own', async () => {
  const { host } = await startToyHost();
  await expect(host.calls.load(toyLibrary('throws-on-require'))).rejects.toThrow(
    'this release does not load on this Node',
  );
});

test('what was loaded is read from the files in memory', async () => {
  const { host } = await startToyHost();
  const folder = toyLibrary('obedient');
  const loaded = await host.calls.load(folder);
  expect(loaded.version).toBe('0.0.1');
  expect(loaded.node).toBe(process.version);
  expect(loaded.packages).toContainEqual({ name: 'whatsapp-web.js', version: '0.0.1', folder });
});

test('every event of client and page is seen, and no QR text, key or message text in what is recorded', async () => {
  const { host, seen, spec } = await startToyHost();
  await host.calls.load(toyLibrary('obedient'));
  await host.calls.start(spec);
  await expect.poll(() => typesOf(seen)).toContain('host:initialized');
  expect(typesOf(seen)).toEqual([
    'host:loaded',
    'browser:launched',
    'page:loaded',
    'client:qr',
    'page:console',
    'client:authenticated',
    'client:message',
    'client:ready',
    'host:initialized',
  ]);
  expect(firstOf(seen, 'client:qr')?.secret).toContain('toy-adv-secret-key');
  const recorded = JSON.stringify(seen.map(({ detail }) => detail));
  for (const secret of ['toy-reference', 'toy-noise-key', 'toy-identity-key', 'toy-adv-secret', 'private words']) {
    expect(recorded).not.toContain(secret);
  }
});

test('the build is reported as soon as the page has it, for every document again, and before the error of a library that fails right then', async () => {
  const { host, seen, spec } = await startToyHost();
  await host.calls.load(toyLibrary('fails-on-build'));
  await host.calls.start(spec);
  await expect.poll(() => typesOf(seen)).toContain('host:error');
  const story = seen.filter(({ type }) => ['page:navigated', 'page:build', 'client:qr', 'host:error'].includes(type));
  expect(story.map(({ type, detail }) => (type === 'page:build' ? detail : type))).toEqual([
    'page:navigated',
    '2.3000.1',
    'client:qr',
    'page:navigated',
    null,
    '2.3000.2',
    'host:error',
  ]);
});

test('a page that does not answer delays the error of its library by a second, and has no build', async () => {
  const { host, seen, spec } = await startToyHost();
  await host.calls.load(toyLibrary('fails-on-hung-page'));
  await host.calls.start(spec);
  await expect.poll(() => typesOf(seen), { timeout: 5_000 }).toContain('host:error');
  expect(typesOf(seen)).not.toContain('page:build');
});

test('an unhandled rejection is reported before it ends the process', async () => {
  const { host, seen, spec } = await startToyHost();
  await host.calls.load(toyLibrary('leaves-rejection'));
  await host.calls.start(spec);
  expect(await host.exited).toEqual({ code: 1, signal: null });
  const event = firstOf(seen, 'host:unhandled-rejection');
  expect(event?.detail).toMatchObject({
    message: 'an unhandled rejection',
    stack: expect.stringContaining('index.js'),
  });
});

test('a host that hangs at its exit is ended', async () => {
  const { host, spec } = await startToyHost();
  await host.calls.load(toyLibrary('hangs-at-exit'));
  void host.calls.start(spec).catch(() => {});
  expect(await host.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('calls into a host that ended are rejected with the way it ended', async () => {
  const { host, spec } = await startToyHost();
  await host.calls.load(toyLibrary('exits'));
  await expect(host.calls.start(spec).then(() => host.calls.sessionFacts())).rejects.toThrow(/ended/);
  expect(await host.exited).toEqual({ code: 3, signal: null });
});

test('the library sees no variable of the parent but path and language', async () => {
  vi.stubEnv('SECRET_OF_THE_PARENT', 'yes');
  const { host, seen, folder } = await startToyHost({ FOR_THE_BROWSER: 'yes' });
  await host.calls.load(toyLibrary('prints-environment'));
  await expect.poll(() => typesOf(seen, 'host:stdout')).toHaveLength(1);
  const environment = JSON.parse(String(firstOf(seen, 'host:stdout')?.detail));
  expect(environment).toMatchObject({ HOME: folder, FOR_THE_BROWSER: 'yes' });
  expect(Object.keys(environment).sort()).toEqual([
    'FOR_THE_BROWSER',
    'HOME',
    'LANG',
    'PATH',
    'TMPDIR',
    'WWEBJS_CANARY_HOST',
  ]);
});

describe('the temporary folder of a host', () => {
  async function temporaryFolderOf(folder: string) {
    const { host, seen } = await startToyHost({}, folder);
    await host.calls.load(toyLibrary('prints-environment'));
    await expect.poll(() => typesOf(seen, 'host:stdout')).toHaveLength(1);
    return { host, tmp: JSON.parse(String(firstOf(seen, 'host:stdout')?.detail)).TMPDIR as string };
  }

  test('is in its own folder', async () => {
    const folder = temporaryFolder();
    expect((await temporaryFolderOf(folder)).tmp).toBe(join(folder, 'tmp'));
  });

  test('is elsewhere where the path of a socket of Chromium would be too long, and goes with the host', async () => {
    const folder = join(temporaryFolder(), 'x'.repeat(100));
    mkdirSync(folder);
    const { host, tmp } = await temporaryFolderOf(folder);
    expect(`${tmp}/org.chromium.Chromium.XXXXXX/SingletonSocket`.length).toBeLessThanOrEqual(103);
    expect(existsSync(tmp)).toBe(true);
    await host.kill();
    expect(existsSync(tmp)).toBe(false);
  });
});

describe.runIf(existsSync('/proc/self/stat'))('a host with a browser', () => {
  test('that no longer answers is ended with everything that it started', async () => {
    const { host, spec } = await startToyHost();
    await host.calls.load(toyLibrary('starts-processes'));
    void host.calls.start(spec).catch(() => {});
    await expect.poll(() => host.hasBrowser()).toBe(true);
    const start = performance.now();
    await host.kill();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(await host.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(host.hasBrowser()).toBe(false);
  });

  test('that another process killed leaves no process behind', async () => {
    const { host, spec } = await startToyHost();
    await host.calls.load(toyLibrary('starts-processes'));
    void host.calls.start(spec).catch(() => {});
    await expect.poll(() => host.hasBrowser()).toBe(true);
    process.kill(host.pid as number, 'SIGKILL');
    await host.exited;
    expect(host.hasBrowser()).toBe(true);
    await host.kill();
    expect(host.hasBrowser()).toBe(false);
  });

  test('that lost its browser ends the helpers of that browser, which have neither parent nor environment of the host', async () => {
    const { host, spec, folder } = await startToyHost();
    await host.calls.load(toyLibrary('leaves-helper'));
    void host.calls.start(spec).catch(() => {});
    const written = join(folder, 'written');
    await expect.poll(() => existsSync(written)).toBe(true);
    await host.kill();
    rmSync(written);
    await sleep(300);
    expect(existsSync(written)).toBe(false);
  });

  test('survives the end of an earlier host of its folder', async () => {
    const { host: earlier, folder } = await startToyHost();
    const { host, spec } = await startToyHost({}, folder);
    await host.calls.load(toyLibrary('starts-processes'));
    void host.calls.start(spec).catch(() => {});
    await expect.poll(() => host.hasBrowser()).toBe(true);
    await earlier.kill();
    expect(host.hasBrowser()).toBe(true);
    expect(process.kill(host.pid as number, 0)).toBe(true);
  });

  test('can lose its browser alone', async () => {
    const { host, spec } = await startToyHost();
    await host.calls.load(toyLibrary('starts-processes'));
    void host.calls.start(spec).catch(() => {});
    await expect.poll(() => host.hasBrowser()).toBe(true);
    expect(await host.browserMemory()).toBeGreaterThan(100_000);
    host.killBrowser();
    await expect.poll(() => host.hasBrowser()).toBe(false);
    expect(process.kill(host.pid as number, 0)).toBe(true);
  });
});
