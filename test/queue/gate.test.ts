import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEvidence } from '../../src/blobs/evidence-store.ts';
import { type Verdict, verdictSchema } from '../../src/contracts/verdict.ts';
import { FleetAttempts } from '../../src/queue/fleet-attempts.ts';
import { FleetLink, keys } from '../../src/queue/fleet-link.ts';
import { jobIdOf } from '../../src/queue/job.ts';
import { needOf } from '../../src/queue/needs.ts';
import { factsInEffect } from '../../src/replica/builds/run-facts.ts';
import { openStore } from '../../src/store/open-store.ts';
import { passedAttempt, planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';
import type { LightGate } from './light-gate.ts';
import { LightWorker } from './light-workers.ts';

const lostAfterMs = 5_000;
let redis: PrivateRedis;

beforeAll(async () => {
  redis = await startPrivateRedis();
}, 120_000);

function startWorkers(count: number, folder: string): LightWorker[] {
  const facts = { url: redis.url, folder, lostAfterMs, attemptMs: 20, slots: 2 };
  return Array.from({ length: count }, (_, i) => new LightWorker({ ...facts, name: `w${i}` }));
}

/** Starts the process of a gate in a home. */
function startGate(folder: string, resume?: string) {
  const options: LightGate = { url: redis.url, folder, lostAfterMs, ...(resume !== undefined && { resume }) };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'light-gate.ts'), JSON.stringify(options)], {
    env: { ...process.env, WWEBJS_CANARY_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atFileEnd(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines, closed: once(child, 'close') };
}

async function storedIn(folder: string) {
  const store = await openStore(join(folder, 'store.sqlite'));
  try {
    return await Array.fromAsync(store.attempts.read({}), ({ attempt, cell }) => ({
      ...attempt,
      library: cell.library,
    }));
  } finally {
    await store.close();
  }
}

/** The verdict on two versions with so many workers, and the attempts in the store. The process may be killed at a number of attempts. */
async function judgedBy(workers: number, { killedAt }: { killedAt?: number } = {}) {
  const folder = temporaryFolder();
  const its = startWorkers(workers, folder);
  const run = killedAt === undefined ? undefined : await cutOff(folder, killedAt);
  const { lines, closed } = startGate(folder, run);
  await closed;
  for (const worker of its) worker.signal('SIGKILL');
  if (run !== undefined) expect(lines[0]).toBe(run);
  return { verdict: verdictSchema.parse(JSON.parse(lines.at(-1) ?? '')), attempts: await storedIn(folder) };
}

/** Kills a gate when the store has so many of its attempts. Returns the id of its run. */
async function cutOff(folder: string, records: number): Promise<string> {
  const { child, lines, closed } = startGate(folder);
  while (lines.length === 0 || (await storedIn(folder)).length < records) {
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    await sleep(20);
  }
  child.kill('SIGKILL');
  await closed;
  expect(lines).toHaveLength(1);
  const [run = ''] = lines;
  // Workers end what is in the queue; half a minute later the lease of a process that was killed ends.
  while ((await redis.client.keys('*:wait')).length + (await redis.client.keys('*:lock')).length > 0) await sleep(20);
  await redis.client.del(keys.run(run));
  return run;
}

const decided = ({ verdict: { verdict, rule, flows } }: { verdict: Verdict }) => ({
  ...{ verdict, rule },
  flows: flows.map(({ flow, verdict: word, pairs, look, baseline, candidate }) => ({
    ...{ flow, word, pairs, look, baseline, candidate },
  })),
});

const leftJobs = async () => (await redis.client.keys('*')).filter((key) => /[0-9a-f]{64}/.test(key));

const whole = new Promise<Awaited<ReturnType<typeof judgedBy>>>((resolve, reject) => {
  beforeAll(() => judgedBy(4).then(resolve, reject), 120_000);
});

test('gate --run --queue comes to the same verdict with 1 worker and with 4, and takes back what it needs no more', async () => {
  const [four, one] = [await whole, await judgedBy(1)];
  expect(decided(one)).toEqual(decided(four));
  expect(four.verdict.flows[0]?.pairs).toBeGreaterThan(0);
  const pairs = 2 * (four.verdict.flows[0]?.pairs ?? 0);
  for (const { attempts } of [one, four]) expect(attempts.length - pairs).toBeLessThan(16);
  expect(await leftJobs()).toEqual([]);
});

test('a gate that is killed and resumed counts each attempt once and comes to the verdict that it would have come to', async () => {
  const killed = await judgedBy(4, { killedAt: 40 });
  const { verdict, attempts } = await whole;
  expect(decided(killed)).toEqual(decided({ verdict }));
  const judged = 2 * (verdict.flows[0]?.pairs ?? 0);
  expect(judged).toBeGreaterThan(40);
  const made = (its: typeof attempts) =>
    its.map(({ id, library, seed }) => `${id.slice(-4)} ${library} ${seed}`).sort();
  expect(made(killed.attempts).slice(0, judged)).toEqual(made(attempts).slice(0, judged));
  expect(new Set(killed.attempts.map(({ library, seed }) => `${library} ${seed}`)).size).toBe(killed.attempts.length);
  expect(await leftJobs()).toEqual([]);
});

test('the job of an attempt that an earlier process of the run has recorded leaves the queue', async () => {
  const folder = temporaryFolder();
  const link = await FleetLink.open(redis.url, () => {});
  onTestFinished(() => link.close());
  const evidence = openEvidence(join(folder, 'evidence'), {});
  const options = { evidence, version: 'test', facts: factsInEffect, lostAfterMs, say: () => {} };
  const maker = await FleetAttempts.open(link, options);
  const plan = planned({ library: '1.34.7' });
  const attempt = passedAttempt({ id: '20261129-145758-123456-0007-3', seed: 5 });
  const queue = link.queue(needOf(plan.cell, { version: 'test', facts: factsInEffect().base }));
  const place = { cell: plan.cell, number: 7, seed: 5, repeats: 2 };
  const jobId = jobIdOf('20261129-145758-123456', place);
  const another = jobIdOf('20261129-145758-123456', { ...place, repeats: 1 });
  for (const id of [jobId, another]) await queue.add('attempt', {}, { jobId: id });
  await maker.wasRecorded(plan, attempt);
  expect([await queue.getJob(jobId), (await queue.getJob(another))?.id]).toEqual([undefined, another]);
  await queue.obliterate();
});
