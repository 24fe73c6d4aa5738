import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scheduleOfLooks } from '../../../src/cli/watch/live-watch.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { lookOnce } from '../../../src/watch/builds/look-once.ts';
import { type WatchedRun, watch } from '../../../src/watch/watch.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { SimulatedClock } from '../simulated-clock.ts';
import { type Answer, failures, hour, lookOptions, minute, newer, ofBuild, older, SiteServer } from './site-server.ts';

const start = Date.parse('2026-11-29T00:00:00Z');
const clock = new SimulatedClock(start);
/** Each takes a few simulated hours; look-once.test.ts has a look at every one. */
const someFailures = failures.filter(([name]) => /429|portal|breaks off/.test(name));
let answer: Answer = () => {};
const asked: number[] = [];
let accepts = true;
const received: { build: string }[] = [];
let site: SiteServer;
const webhook = createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request)).toString();
  if (accepts) received.push(JSON.parse(body));
  response.writeHead(accepts ? 200 : 503).end();
});

beforeAll(async () => {
  site = await SiteServer.start((request, response) => {
    if (request.url === '/') asked.push(clock.now());
    answer(request, response);
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  site.close();
  await new Promise((resolve) => webhook.close(resolve));
});

test('a loop of looks: each build is one finding, no failure of the site ends the loop, the site is asked once an hour at most, and what a webhook refuses is sent again', async () => {
  const folder = temporaryFolder();
  const store = await openStore(join(folder, 'store.sqlite'));
  const stop = new AbortController();
  const said: string[] = [];
  let looks = 0;
  const look = async (signal: AbortSignal): Promise<WatchedRun> => {
    looks += 1;
    const sleep = (ms: number) => clock.sleep(ms, signal);
    const place = { store, folder, connectTo: site.address, now: () => clock.now(), sleep, signal };
    const result = await lookOnce(await lookOptions(place));
    return { result: result.kind === 'failed' ? 'trouble' : 'as-expected', runId: null };
  };
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  const schedule = scheduleOfLooks(store, { everyMs: hour, clock, webhook: url, say: (line) => said.push(line) });
  const done = watch({
    ...schedule,
    owner: 'one',
    run: (signal) => clock.standingStill(look(signal)),
    notify: () => clock.standingStill(schedule.notify()),
    signal: stop.signal,
  });
  let now = start;
  const pass = async (ms: number) => {
    now += ms;
    await clock.run(now);
  };

  answer = ofBuild(older);
  await pass(2 * hour - minute);
  expect([asked.length, received.map(({ build }) => build)]).toEqual([2, [older]]);

  const untilNextLook = async () => pass(((await store.liveBuilds.looks())?.nextAt ?? 0) - now);
  for (const [, failing, why, wait] of someFailures) {
    answer = failing;
    await untilNextLook();
    const trouble = expect.stringMatching(why);
    const { lookedAt = 0 } = (await store.liveBuilds.looks()) ?? {};
    expect(await store.liveBuilds.looks()).toMatchObject({ failures: 1, trouble, nextAt: lookedAt + wait });
    answer = ofBuild(older);
    await untilNextLook();
    expect(await store.liveBuilds.looks()).toMatchObject({ failures: 0, trouble: null });
  }

  accepts = false;
  answer = ofBuild(newer);
  await untilNextLook();
  await pass(minute);
  expect(await store.liveBuilds.newest(1)).toMatchObject([{ build: newer, step: 'found', notifiedAt: null }]);
  expect(said).toContain('the webhook was not notified and will be: it answered 503');
  accepts = true;
  await pass(minute);
  answer = ofBuild(older);
  await untilNextLook();
  expect(received.map(({ build }) => build)).toEqual([older, newer]);
  // A connection that breaks off is no answer, and is tried again after five minutes; on one that was kept open, the same request is made again at once.
  const times = [...new Set(asked)];
  expect(times.map((at, i) => at - (times[i - 1] ?? 0)).filter((gap) => gap < hour)).toEqual([5 * minute]);

  stop.abort();
  await done;
  const { runs } = (await store.liveSchedules.get()) ?? {};
  expect(runs).toMatchObject({ trouble: someFailures.length, cut: 0, unexpected: 0 });
  expect(looks).toBe((runs?.trouble ?? 0) + (runs?.['as-expected'] ?? 0));
  await store.close();
}, 120_000);
