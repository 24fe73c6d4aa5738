import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs } from '../../../src/live/live-policy.ts';
import { LiveSiteByName } from '../../support/live-site-by-name.ts';
import { numbers } from '../../support/simulated-live-site.ts';

const build = '2.3000.1032534684';
const received: { seen: string; finding: unknown }[] = [];
const receiver = createServer(async (request, response) => {
  received.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
  response.end();
});
let site: LiveSiteByName;

beforeAll(async () => {
  site = await LiveSiteByName.start(build, { 'attempts: 4': 'attempts: 1' });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await site.close();
  receiver.close();
});

// Two numbers, texts, a second build and the limits: test/flows/watch-live.test.ts.
test('a look at the live site captures its build, attempts a version on a replica of it, and restores a linked account on the site', async () => {
  const linked = await site.link('anna', numbers.anna);
  expect(linked.exit, linked.stderr).toBe(0);
  await site.pass(hourMs);
  const webhook = `--webhook=http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const looked = await site.look(webhook, '--library=1.34.7', '--flow=qr-to-ready');
  expect(looked.exit, looked.stderr).toBe(0);
  expect(received).toMatchObject([
    { event: 'build', source: 'site', build, finding: { live: { note: null, flows: [{ passed: 1, failed: 0 }] } } },
  ]);
  expect(received[0]?.seen).toMatch(
    /; on a replica of it 1\.34\.7 links \(link 1 of 1\); on the live site 1\.34\.7 restores \(restore 1 of 1\); its page stood in for the live site$/,
  );
  expect(JSON.stringify(received)).not.toContain(numbers.anna);
});
