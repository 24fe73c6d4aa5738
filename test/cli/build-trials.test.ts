import { expect, test } from 'vitest';
import { liveBrowser, livePlan } from '../../src/cli/watch/build-trials.ts';
import type { LivePolicy } from '../../src/live/live-policy.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';

const version = (library: string, lost: string[] = []) => ({
  ...{ library, lost, stops: { before: null, after: null } },
  ...{ missing: [], found: [], regained: [], doubtful: [] },
});
const finding = exampleFinding({
  versions: [version('1.34.2', ['Message.forward']), version('1.34.5'), version('1.34.6'), version('1.34.7')],
});
const policy = (more: Partial<LivePolicy['builds']> = {}): LivePolicy['builds'] => ({
  ...{ every: 3_600_000, attempts: 4, flows: ['restore-to-ready', 'message-round-trip'], ...more },
});

test.each([
  [
    'one number restores, and the version that lost something is first',
    policy(),
    1,
    ['1.34.2', '1.34.7', '1.34.6', '1.34.5'],
    ['restore-to-ready'],
  ],
  [
    'two numbers also write to each other, with half as many versions',
    policy(),
    2,
    ['1.34.2', '1.34.7'],
    ['restore-to-ready', 'message-round-trip'],
  ],
  ['one attempt is one version in the first flow', policy({ attempts: 1 }), 2, ['1.34.2'], ['restore-to-ready']],
  [
    'only the flows of the policy',
    policy({ flows: ['message-round-trip'], attempts: 3 }),
    2,
    ['1.34.2', '1.34.7', '1.34.6'],
    ['message-round-trip'],
  ],
] as const)('on the live site is attempted: %s', async (_, builds, numbers, libraries, flows) => {
  expect(await livePlan(finding, builds, null, numbers)).toEqual({ why: null, libraries, flows });
});

test.each([
  [policy({ attempts: 0 }), null, 2, /policy allows none/],
  [policy(), 'what is watched are saved pages', 2, /saved pages/],
  [policy(), null, 0, /no account that is active/],
  [policy({ flows: ['message-round-trip'] }), null, 1, /message-round-trip needs accounts of two numbers/],
] as const)(
  'nothing is attempted on the live site, and the finding says why: %j, %s, %i numbers',
  async (builds, notLive, numbers, why) => {
    expect(await livePlan(finding, builds, notLive, numbers)).toEqual({
      why: expect.stringMatching(why),
      libraries: [],
      flows: [],
    });
  },
);

test.each([
  [undefined, null],
  [['107'], null],
  [['107', 'current', '/usr/bin/chromium'], null],
  [['107', '/usr/bin/chromium'], '/usr/bin/chromium'],
])('of the browsers %j, the live attempts use %s', (asked, used) => {
  expect(liveBrowser(asked)).toBe(used);
});
