import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
    [['--live', '--connect-to', 'nowhere'], /HOST:PORT/],
    [['--live', '--once', '--trust', join(folder, 'none.pem')], /--trust .*ENOENT/],
  ] as const) {
    const { exit, stderr } = await cli(['watch', ...args], temporaryFolder());
    expect([exit, stderr]).toEqual([3, expect.stringMatching(message)]);
  }
});
