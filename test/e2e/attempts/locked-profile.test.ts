import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Attempt } from '../../../src/contracts/attempt.ts';
import { attempt } from './real-attempt.ts';

const build = '2.3000.1029241508';

function locked(browserName: string): Promise<Attempt> {
  const cell = {
    library: '1.34.7',
    build,
    browser: browserName,
    flow: 'qr-to-ready',
    switches: {},
    target: 'replica',
  } as const;
  return attempt('1.34.7', build, { browserName, cell: { ...cell, condition: 'locked-profile' } });
}

test('a headless shell starts on a locked profile, which is no verdict', async () => {
  expect(await locked('current')).toMatchObject({ outcome: 'infra', code: 'condition-not-shown', phase: 'launch' });
});

const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

test.runIf(installed)('a full Chromium does not start on a locked profile, and says why', async () => {
  const record = await locked(installed as string);
  expect(record).toMatchObject({ outcome: 'failed', code: 'browser-launch-failed', phase: 'launch', blame: 'browser' });
  expect(JSON.stringify(record.cause)).toContain('profile appears to be in use by another');
  expect(record.durationMs).toBeLessThan(20_000);
});
