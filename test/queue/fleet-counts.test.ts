import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { FleetCounts, QueueCounts } from '../../src/contracts/fleet-counts.ts';
import { readFleet } from '../../src/queue/fleet-counts.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { needOf } from '../../src/queue/needs.ts';
import { baseFacts } from '../../src/replica/builds/run-facts.ts';
import { planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';
import { LightWorker, runOnWorkers } from './light-workers.ts';

let redis: PrivateRedis;
let link: FleetLink;

beforeAll(async () => {
  redis = await startPrivateRedis();
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  link = await FleetLink.open(redis.url, () => {});
  atFileEnd(() => link.close());
});

/** Looks at the fleet until it is as expected. */
async function until(isSo: (fleet: FleetCounts) => boolean): Promise<FleetCounts> {
  for (const end = performance.now() + 30_000; performance.now() < end; await sleep(50)) {
    const fleet = await readFleet(link);
    if (isSo(fleet)) return fleet;
  }
  throw new Error(`never: ${JSON.stringify(await readFleet(link))}`);
}

const queueOf = ({ queues }: FleetCounts, library = '1.34.7') =>
  queues.find((queue) => queue.library === library) as QueueCounts;
const total = ({ counts }: QueueCounts['run']) => counts.reduce((sum, count) => sum + count, 0);

test('an attempt whose worker has stopped renewing its lock is stalled, not running', async () => {
  const need = needOf(planned({ library: '1.33.2' }).cell, { version: 'test', facts: baseFacts() });
  const queue = link.queue(need);
  await link.addNeed(need);
  await queue.add('attempt', {}, { jobId: 'one' });
  await link.taker(need, 60_000, 'paused').getNextJob('token', { block: false });
  const attempts = async () => queueOf(await readFleet(link), '1.33.2').attempts;
  expect(await attempts()).toEqual({ waiting: 0, delayed: 0, running: 1, stalled: 0 });
  await redis.client.del(queue.toKey('one:lock'));
  expect(await attempts()).toEqual({ waiting: 0, delayed: 0, running: 0, stalled: 1 });
});

test('the depth of each queue, its workers, its times and what was lost are counted, also when all is over', async () => {
  const shared = { url: redis.url, folder: temporaryFolder(), lostAfterMs: 1_000 };
  const doomed = new LightWorker({ ...shared, name: 'doomed', slots: 1, attemptMs: 60_000, libraries: ['1.34.7'] });
  const plan = [planned({}, null, 6), planned({ library: '1.25.0' }, null, 3)];
  const run = runOnWorkers(plan, { ...shared, say: () => {} });
  const begun = await until((fleet) => queueOf(fleet)?.attempts.running === 1);
  expect(queueOf(begun).attempts).toEqual({ waiting: 5, delayed: 0, running: 1, stalled: 0 });
  expect(queueOf(begun, '1.25.0').attempts.waiting).toBe(3);
  expect([queueOf(begun).workers, queueOf(begun, '1.25.0').workers]).toEqual([1, 0]);

  doomed.signal('SIGKILL');
  const worker = new LightWorker({ ...shared, name: 'lasting', slots: 2, attemptMs: 20 });
  await run;
  const { slots } = await readFleet(link);
  expect(slots.busy + slots.free).toBeGreaterThanOrEqual(2);
  worker.signal('SIGTERM');
  await worker.exited;
  const ended = await readFleet(link);
  const nothing = { waiting: 0, delayed: 0, running: 0, stalled: 0 };
  expect(queueOf(ended)).toMatchObject({ attempts: nothing, lost: 1, target: 'replica', browser: 'current' });
  expect(queueOf(ended, '1.25.0')).toMatchObject({ attempts: nothing, workers: 0, lost: 0 });
  for (const [library, made] of [
    ['1.34.7', 6],
    ['1.25.0', 3],
  ] as const) {
    const { wait, run: ran } = queueOf(ended, library);
    expect([total(wait), total(ran)]).toEqual([made, made]);
    expect(wait.sum).toBeGreaterThan(0);
    expect(ran.sum).toBeGreaterThan(0);
  }
});
