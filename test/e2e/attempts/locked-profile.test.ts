import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Attempt } from '../../../src/contracts/attempt.ts';
import { attempt, browserProcesses } from './real-attempt.ts';

const build = '2.3000.1029241508';
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

function held(library: string, condition: string, browserName: string): Promise<Attempt> {
  const cell = { library, build, browser: browserName, flow: 'qr-to-ready', switches: {}, target: 'replica' } as const;
  return attempt(library, build, { browserName, cell: { ...cell, condition } });
}

test.each(['locked-profile', 'profile-in-use'])(
  'a headless shell starts under %s, which is no verdict',
  async (condition) => {
    const record = await held('1.34.7', condition, 'current');
    expect(record).toMatchObject({ outcome: 'infra', code: 'condition-not-shown', phase: 'launch' });
    expect(browserProcesses()).toEqual([]);
  },
);

test.runIf(installed).each([
  ['1.34.7', 'locked-profile', 'profile appears to be in use by another'],
  ['1.34.7', 'profile-in-use', 'The browser is already running for'],
  // Its puppeteer passes on what the browser says.
  ['1.33.2', 'profile-in-use', 'Failed to create a ProcessSingleton for your profile directory'],
])('a full Chromium does not start with %s under %s, and says why', async (library, condition, words) => {
  const record = await held(library, condition, installed as string);
  expect(record).toMatchObject({ outcome: 'failed', code: 'browser-launch-failed', phase: 'launch', blame: 'browser' });
  expect(JSON.stringify(record.cause)).toContain(words);
  expect(record.durationMs).toBeLessThan(20_000);
  expect(browserProcesses()).toEqual([]);
});
