import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs } from '../../src/live/live-policy.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { LiveSiteByName } from '../support/live-site-by-name.ts';
import { numbers } from '../support/simulated-live-site.ts';

const [tonight, tomorrow] = ['2.3000.1029241508', '2.3000.1032534684'];
const received: { build: string; seen: string; finding: { live: { note: string | null; flows: unknown[] } } }[] = [];
const receiver = createServer(async (request, response) => {
  received.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
  response.end();
});
let site: LiveSiteByName;

beforeAll(async () => {
  site = await LiveSiteByName.start(tonight, { 'waitAtMost: 15m': 'waitAtMost: 0s' });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  for (const [name, number] of Object.entries(numbers)) {
    const linked = await site.link(name, number);
    expect(linked.exit, linked.stderr).toBe(0);
  }
});
afterAll(async () => {
  await site.close();
  receiver.close();
});

function look(...more: string[]) {
  const webhook = `--webhook=http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  return site.look(webhook, '--library=1.34.2,1.34.7', '--flow=qr-to-ready', ...more);
}

test('two linked numbers restore and write to each other with each version, and the finding says which one cannot send on this build', async () => {
  const { exit, stderr } = await site.whileTimePasses(() => look());
  expect(exit, stderr).toBe(0);
  expect(received).toHaveLength(1);
  const [{ seen, finding }] = received as [(typeof received)[number]];
  expect(seen).toMatch(/; on a replica of it 1\.34\.2 and 1\.34\.7 link \(link 2 of 2\); on the live site /);
  expect(seen).toContain('1.34.2 restores and sends and receives (restore 1 of 1, send and receive 1 of 1)');
  // Its sendSeen passes an object, as later builds take it.
  expect(seen).toContain('1.34.7 restores; it does not send (restore 1 of 1, send and receive 0 of 1)');
  expect(finding.live).toMatchObject({ note: null, flows: Array(4).fill({ spoiled: 0 }) });
});

test('the next build is the next finding: it says which version no longer restores, and how many attempts the limits refused', async () => {
  await site.serve(tomorrow);
  await site.pass(hourMs);
  const { exit, stderr } = await look('--force');
  expect(exit, stderr).toBe(1);
  expect(received.map(({ build }) => build)).toEqual([tonight, tomorrow]);
  const { seen, finding } = received[1] as (typeof received)[number];
  expect(seen).toContain('worse than on the build before: 1.34.2 in qr-to-ready');
  expect(seen).toMatch(/; on the live site .*\d of \d\)/);
  expect(finding.live.note).toMatch(/attempts? would have exceeded the limits of the accounts/);
});

test('a build that was seen is no further finding, and no account is started for it', async () => {
  const { exit, stderr } = await look('--force');
  expect([exit, received.length], stderr).toEqual([0, 2]);
  expect(stderr).toContain(`${tomorrow} was seen before`);
});

test('drift that a capture in a browser finds is in the report of the build', async () => {
  const known = resolveSurface(tomorrow);
  const { usedFactories: data } = known.behaviours;
  const page = data === 'kept' ? 'cleared' : 'kept';
  await site.serve(tomorrow, { ...known, behaviours: { ...known.behaviours, usedFactories: page } as const });
  const { exit, stdout, stderr } = await site.capturePage();
  expect([exit, stdout], stderr).toEqual([
    0,
    expect.stringContaining(`usedFactories: ${page} on the page, ${data} in the data`),
  ]);
  const { stdout: report } = await site.run('report', 'builds', '--last=1', '--json');
  expect(JSON.parse(report).builds).toMatchObject([
    { build: tomorrow, ranDrift: [{ kind: 'behaviour', name: 'usedFactories', data, page }] },
  ]);
});
