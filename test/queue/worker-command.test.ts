import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { needOf } from '../../src/queue/needs.ts';
import { baseFacts } from '../../src/replica/builds/run-facts.ts';
import { cli } from '../cli/cli.ts';
import { planned } from '../fixtures/example-run.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { url } = await startPrivateRedis();
const broken = join(temporaryFolder(), 'chromium');
writeFileSync(broken, '#!/bin/sh\necho "error while loading shared libraries: libnss3.so" >&2\nexit 127\n');
chmodSync(broken, 0o755);

test.each([
  ['a browser that does not start', ['--browser', broken], 4, /^error: browser ".*" does not start: .*libnss3\.so/m],
  ['a browser that does not exist', ['--browser', '/no/such/chrome'], 3, /^error: .*\/no\/such\/chrome/m],
  [
    'a library that is not known',
    ['--library', '1.34.7+0123456789'],
    3,
    /^error: library "1\.34\.7\+0123456789" is not known here/m,
  ],
])('a worker that names %s ends before it takes an attempt', async (_what, args, exit, message) => {
  const link = await FleetLink.open(url, () => {});
  try {
    const queue = link.queue(needOf({ ...planned().cell, browser: broken }, { version: '0.1.0', facts: baseFacts() }));
    await queue.add('attempt', {}, { jobId: 'waiting' });
    const worker = await cli(['worker', '--queue', url, ...args]);
    expect([worker.exit, worker.stderr]).toEqual([exit, expect.stringMatching(message)]);
    expect(worker.stdout).toBe('');
    expect(await queue.getWaitingCount()).toBe(1);
  } finally {
    await link.close();
  }
});
