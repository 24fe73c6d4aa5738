import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../../src/store/open-store.ts';
import { notifyBuilds } from '../../../src/watch/builds/notify-builds.ts';
import { exampleFinding } from '../../fixtures/example-finding.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const day = 86_400_000;
const now = 30 * day;
let status = 200;
let tooLong: string[] = [];
let asked = 0;
let received: { source: string; build: string }[] = [];
const server = createServer(async (request, response) => {
  const news = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
  const answer = tooLong.includes(news.build) ? 413 : status;
  asked += 1;
  if (answer === 200) received.push(news);
  response.writeHead(answer).end();
});
let url = '';
let stores: [Store, Store];

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const file = join(temporaryFolder(), 'store.sqlite');
  stores = [await openStore(file), await openStore(file)];
  [status, tooLong, asked, received] = [200, [], 0, []];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await new Promise((resolve) => server.close(resolve));
});

async function found(build: string, seenAt: number, builds = stores[0].liveBuilds) {
  const capture = { file: `/root/.wwebjs-canary/captures/${build}.json`, complete: true, modules: 1, findings: 0 };
  const unread = [{ library: '9.9.9', why: 'no lockfile in /root/project' }];
  await builds.keep({ build, seenAt, step: 'found', finding: exampleFinding({ build, capture, unread }) });
}

test('a build is sent once, also by two processes at the same time, and again where the webhook did not accept it', async () => {
  await found('2.3000.1', now - day);
  status = 503;
  expect(await notifyBuilds(url, stores[0], now)).toBe('it answered 503');
  status = 200;
  expect(await Promise.all(stores.map((store) => notifyBuilds(url, store, now)))).toEqual([null, null]);
  expect(received).toMatchObject([{ source: 'site', build: '2.3000.1' }]);
});

test('what is sent has no path of the machine that made the finding', async () => {
  await found('2.3000.1', now - day);
  await notifyBuilds(url, stores[0], now);
  expect(received).toMatchObject([{ finding: { capture: { modules: 1 }, unread: ['9.9.9'] } }]);
  expect(JSON.stringify(received)).not.toContain('/root');
});

test('a webhook that is new gets the builds of the last seven days, and says which are of saved pages', async () => {
  await found('2.3000.1', now - 8 * day);
  await found('2.3000.2', now - 6 * day);
  await found('2.3000.2', now - day, stores[0].savedBuilds);
  await found('2.3000.3', now);
  expect(await notifyBuilds(url, stores[1], now)).toBeNull();
  expect(received.map(({ source, build }) => `${source} ${build}`)).toEqual([
    'site 2.3000.2',
    'site 2.3000.3',
    'saved 2.3000.2',
  ]);
});

test('a finding that the webhook refuses holds up none after it, and a webhook that accepts nothing is asked three times', async () => {
  for (const i of [1, 2, 3, 4, 5]) await found(`2.3000.${i}`, now - day + i);
  tooLong = ['2.3000.1', '2.3000.3'];
  expect(await notifyBuilds(url, stores[0], now)).toBe('it answered 413');
  expect(received.map(({ build }) => build)).toEqual(['2.3000.2', '2.3000.4', '2.3000.5']);
  for (const i of [6, 7, 8, 9]) await found(`2.3000.${i}`, now - day + i);
  [status, asked] = [404, 0];
  expect(await notifyBuilds(url, stores[0], now)).toBe('it answered 413');
  expect(asked).toBe(3);
});
