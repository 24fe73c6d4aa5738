import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exampleHistory, newerBuild } from '../fixtures/example-history.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const home = temporaryFolder();
beforeAll(() => exampleHistory(join(home, 'store.sqlite')));

test('the page is written, and its path is the only thing on standard output', async () => {
  const file = join(home, 'plots.html');
  const { exit, stdout, stderr } = await cli(['report', 'history', '--window', '7d', '--out', file], home);
  expect([exit, stdout, stderr]).toEqual([0, `${file}\n`, '']);
  expect(readFileSync(file, 'utf8')).toContain('"libraries":["1.34.7","1.25.0"]');
});

test('only the versions and builds that are asked for are drawn', async () => {
  const file = join(home, 'one.html');
  await cli(['report', 'history', '--library', '1.25.0', '--build', newerBuild, '--out', file], home);
  const [, json = ''] = /id="history">(.*)<\/script>/.exec(readFileSync(file, 'utf8')) ?? [];
  const { rates, cells } = JSON.parse(json);
  expect(rates.map(({ library }: { library: string }) => library)).toEqual(['1.25.0']);
  expect(cells).toHaveLength(1);
});

describe.concurrent('bad input ends with code 3, one message and no page', () => {
  test.each([
    [
      'an empty store',
      temporaryFolder(),
      [],
      /^error: there is nothing to draw: the store has no attempts yet; `wwebjs-canary run` makes some\n$/,
    ],
    [
      'a window that is none',
      home,
      ['--window', 'week'],
      /--window "week": it has to be from 1h to 366d, such as 24h, 30d or 12w/,
    ],
    [
      'an unknown version',
      home,
      ['--library', '1.34.7,9.9.9'],
      /--library 9\.9\.9: the store has no attempt of it; it has 1\.34\.7, 1\.25\.0/,
    ],
    [
      'an unknown build',
      home,
      ['--build', '2.3000.1'],
      /--build 2\.3000\.1: the store has no attempt of it; it has 2\.3000\./,
    ],
    ['what is no build', home, ['--build', 'latest'], /--build: "latest" is not a WhatsApp Web build number/],
    ['an unknown option', home, ['--since', '7d'], /unknown option '--since'/],
  ])('%s', async (_, folder, args, message) => {
    const out = join(temporaryFolder(), 'none.html');
    const { exit, stdout, stderr } = await cli(['report', 'history', '--out', out, ...args], folder);
    expect(stderr).toMatch(message);
    expect([exit, stdout, existsSync(out)]).toEqual([3, '', false]);
  });
});

test('a window before the first attempt says of when the newest one is', async () => {
  const old = temporaryFolder();
  await exampleHistory(join(old, 'store.sqlite'), Date.parse('2026-01-10T12:00:00.000Z'));
  const { exit, stderr } = await cli(['report', 'history', '--window', '24h'], old);
  expect(stderr).toContain(
    'no such attempt in the last 24h, and the newest of the store is of 2026-01-10T11:59:00.000Z',
  );
  expect(exit).toBe(3);
});

test('a page that cannot be written is trouble of the machine', async () => {
  const { exit, stderr } = await cli(['report', 'history', '--out', join(home, 'nowhere', 'page.html')], home);
  expect(stderr).toMatch(/the report .*nowhere.*could not be written/);
  expect(exit).toBe(4);
});

test('its help has an example', async () => {
  expect((await cli(['report', 'history', '--help'])).stdout).toMatch(/Examples:\n\s+wwebjs-canary report history/);
});
