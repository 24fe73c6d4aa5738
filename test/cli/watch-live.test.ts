import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

test('saved files that are no page, and wrong options are refused before anything starts', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.html'), '<title>Hotel WiFi</title>');
  for (const [args, message] of [
    [['--live', '--from', folder], /it is no page of WhatsApp Web/],
    [['--once'], /--once: it goes with --live/],
    [['--live', '--build', '2.3000.1029241508'], /--build: with --live it is the build that the site serves/],
    [['--live', '--every', '15m'], /--every: with --live the site is asked once an hour at most/],
    [['--live', '--force'], /--force: it goes with --once/],
    [['--live', '--connect-to', 'nowhere'], /HOST:PORT/],
    [['--live', '--once', '--trust', join(folder, 'none.pem')], /--trust .*ENOENT/],
  ] as const) {
    const { exit, stderr } = await cli(['watch', ...args], temporaryFolder());
    expect([exit, stderr]).toEqual([3, expect.stringMatching(message)]);
  }
});

/** Nothing listens there. */
const nowhere = ['watch', '--live', '--once', '--connect-to', '127.0.0.1:1'];

test('looks at the live site and at what stands in for it are not mixed, whatever was captured before', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'capture', 'stand-in'), { recursive: true });
  for (const folder of ['capture', join('capture', 'stand-in')])
    writeFileSync(join(home, folder, 'asked.json'), '{"at":1}');
  const first = await cli(nowhere, home);
  expect([first.exit, first.stderr]).toEqual([4, expect.stringContaining('no page of the live site')]);
  const live = await cli(['watch', '--live', '--once'], home);
  expect([live.exit, live.stderr]).toEqual([
    3,
    expect.stringMatching(/^error: the looks of .* are at what --connect-to named/),
  ]);
});

test('a stand-in is refused where the looks are at the live site', async () => {
  const home = temporaryFolder();
  const store = await openStore(join(home, 'store.sqlite'));
  const looks = { lookedAt: 1, answeredAt: 1, build: null, failures: 0, trouble: null, nextAt: 2 };
  await store.liveBuilds.keepLooks(looks);
  await store.close();
  const { exit, stderr } = await cli(nowhere, home);
  expect([exit, stderr]).toEqual([
    3,
    expect.stringMatching(/^error: --connect-to: the looks of .* are at the live site/),
  ]);
});

test.each([
  [{ answeredAt: null, failures: 1 }, 'No page was read yet; 1 look failed: no network. '],
  [
    { answeredAt: Date.UTC(2026, 10, 29, 8), failures: 2 },
    'The page was read last at 2026-11-29 08:00 UTC; 2 looks failed since then: no network. ',
  ],
])('report builds says how looks go: %j', async (looks, words) => {
  const home = temporaryFolder();
  const store = await openStore(join(home, 'store.sqlite'));
  const at = Date.UTC(2026, 10, 29, 9);
  await store.liveBuilds.keepLooks({
    ...looks,
    lookedAt: at,
    build: null,
    trouble: 'no network',
    nextAt: at + 300_000,
  });
  await store.close();
  const { exit, stdout } = await cli(['report', 'builds'], home);
  expect([exit, stdout]).toEqual([0, `${words}The next look is due at 2026-11-29 09:05 UTC.\n`]);
});

test('report builds tells builds of the site from saved ones, and says what could not be read, drifts and was not sent', async () => {
  const home = temporaryFolder();
  const store = await openStore(join(home, 'store.sqlite'));
  const build = '2.3000.1050000000';
  const unread = [{ library: '9.9.9', why: 'npm has no whatsapp-web.js 9.9.9' }];
  await store.liveBuilds.keep({ build, seenAt: 1, step: 'found', finding: exampleFinding({ build, unread }) });
  await store.savedBuilds.keep({ build, seenAt: 1, step: 'compared', finding: exampleFinding({ build }) });
  await store.liveDrift.keep(build, 'page', [{ kind: 'tier', name: 'WAWebExample', data: '1', page: 'lazy' }], 1);
  await store.close();
  const { stdout } = await cli(['report', 'builds'], home);
  const lines = stdout.split('\n');
  expect(lines).toContain('  9.9.9 could not be read: npm has no whatsapp-web.js 9.9.9');
  expect(lines).toContain('  drift that a browser found: WAWebExample is lazy, and the data says 1');
  expect(lines).toContain('  no webhook has accepted it');
  const saved = lines.slice(lines.indexOf('Of saved pages (--from):')).join('\n');
  expect(saved).toMatch(/2\.3000\.1050000000 .*\(not complete: the next look goes on with it\)/);
});
