import { expect, test } from 'vitest';
import { codes } from '../../src/codes/codes.ts';
import type { FlowStanding } from '../../src/contracts/standing.ts';
import { flowCounts, lackByCode, whatItDoes } from '../../src/words/standing.ts';

const flow = (name: string, passed: number, failed: number, code: string | null = null): FlowStanding => ({
  flow: name,
  passed,
  failed,
  spoiled: 0,
  code,
  cause: null,
});

const links = flow('qr-to-ready', 8, 0);
const restores = flow('restore-to-ready', 4, 0);

test.each([
  [[links], 1, 'links'],
  [[links, restores], 1, 'links and restores'],
  [[links, restores], 2, 'link and restore'],
  [[links, restores, flow('message-round-trip', 0, 6, 'send-failed')], 1, 'links and restores; it does not send'],
  [[links, flow('message-round-trip', 0, 6, 'no-ack')], 1, 'links; it does not send and receive'],
  [[flow('qr-to-ready', 0, 3), flow('restore-to-ready', 0, 2)], 1, 'does not link or restore'],
  [[flow('qr-to-ready', 0, 3)], 2, 'do not link'],
  [[flow('linked-device', 0, 1, 'no-ready'), flow('qr-to-ready', 0, 3, 'no-ready')], 1, 'does not link'],
  [[flow('linked-device', 2, 0), links], 1, 'links and passes all stages'],
  [[flow('linked-device', 0, 2, 'send-failed'), links], 1, 'links; it does not send'],
  [[flow('qr-to-ready', 0, 3, 'probe-message')], 1, 'does not receive proper messages after ready'],
  [
    [flow('qr-to-ready', 0, 3, 'probe-wid'), flow('soak', 0, 1, 'probe-wid')],
    1,
    'does not know its own number after ready',
  ],
  [[links, flow('restore-to-ready', 3, 1)], 1, 'links; it restores only sometimes'],
  [[flow('restore-to-ready@remote-auth', 1, 0)], 1, 'restores (remote auth)'],
  [[flow('./my-flow.ts', 0, 1)], 1, 'does not pass ./my-flow.ts'],
  [[flow('qr-to-ready', 0, 0)], 1, 'does nothing that is known'],
] as const)('flows %# of %i versions: %s', (flows, many, words) => {
  expect(whatItDoes(flows, many)).toBe(words);
});

test('attempts are counted flow by flow, without those that say nothing', () => {
  expect(flowCounts([links, flow('restore-to-ready', 3, 1), flow('soak', 0, 0)])).toBe('link 8 of 8, restore 3 of 4');
});

test('every code that has words of its own is a code of attempts', () => {
  expect(Object.keys(codes)).toEqual(expect.arrayContaining(Object.keys(lackByCode)));
});
