import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processCertificate } from '../../src/replica/server/certificate.ts';
import { openStore } from '../../src/store/open-store.ts';
import { until } from '../support/test-service.ts';
import { startWatch } from '../support/watch-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Answer, SiteServer } from '../watch/builds/site-server.ts';

let site: SiteServer;
let answer: Answer;
let asked = 0;

beforeAll(async () => {
  site = await SiteServer.start((request, response) => {
    asked += 1;
    answer(request, response);
  });
});
afterAll(() => site.close());

async function watchSite(home: string) {
  const { host, port } = site.address;
  const certificate = join(home, 'site.pem');
  writeFileSync(certificate, (await processCertificate()).cert);
  return startWatch(home, ['--live', `--connect-to=${host}:${port}`, `--trust=${certificate}`]);
}

test('a signal in the middle of a look ends the watch at once, and the next process looks again; a look that fails is a figure, and not the end', async () => {
  const home = temporaryFolder();
  answer = () => {};
  const first = await watchSite(home);
  await until('the site is asked', () => asked === 1, 30_000);
  const before = performance.now();
  expect(await first.stop(), first.said()).toBe(0);
  expect(performance.now() - before).toBeLessThan(15_000);
  const store = await openStore(join(home, 'store.sqlite'));
  expect(await store.liveBuilds.looks()).toBeNull();
  await store.close();

  answer = (_, response) => void response.writeHead(429).end();
  const second = await watchSite(home);
  await until(
    'the failure is a figure',
    async () => (await second.metrics()).includes('wwebjs_live_failed_looks 1'),
    30_000,
  );
  expect(second.said()).toMatch(/answers 429; it is asked again from /);
  expect(await second.metrics()).toContain('wwebjs_exporter_store_up 1');
  expect([await second.stop(), asked]).toEqual([0, 2]);
});
