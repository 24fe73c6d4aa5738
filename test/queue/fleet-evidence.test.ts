import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { type EvidenceCarrier, openEvidence } from '../../src/blobs/evidence-store.ts';
import { home } from '../../src/contracts/home.ts';
import { keys } from '../../src/queue/fleet-link.ts';
import { planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { canMountDisk, smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LightWorker, runOnWorkers, storedAttempts } from './light-workers.ts';

const attempts = 30;
let redis: PrivateRedis;

beforeAll(async () => {
  redis = await startPrivateRedis();
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
});

/** The attempts of a run with one worker; evidence passes over `folder/evidence`. */
async function runWith(folder: string) {
  const shared = { url: redis.url, folder, lostAfterMs: 10_000 };
  const worker = new LightWorker({ ...shared, name: 'one', slots: 4, attemptMs: 10 });
  const { run } = await runOnWorkers([planned({}, null, attempts)], { ...shared, say: () => {} });
  worker.signal('SIGTERM');
  await worker.exited;
  const stored = await storedAttempts(run.id);
  const failed = stored.filter(({ outcome }) => outcome === 'failed');
  expect(failed.length).toBeGreaterThan(0);
  return { run, stored, failed };
}

test('the evidence of every failed attempt is where reports of a run on one machine have it', async () => {
  const { run, failed } = await runWith(temporaryFolder());
  for (const { id, artifacts } of failed) {
    expect(artifacts).toBe(id);
    expect(readFileSync(home('runs', run.id, id, 'events.json'), 'utf8')).toBe('[]\n');
  }
});

test('a slow evidence store is asked for several attempts at once, and the run keeps its lease meanwhile', async () => {
  const folder = temporaryFolder();
  const store = openEvidence(join(folder, 'evidence'), {});
  let now = 0;
  let most = 0;
  const evidence: EvidenceCarrier = {
    send: (...sent) => store.send(...sent),
    async fetch(...asked) {
      most = Math.max(most, ++now);
      await sleep(1_500);
      now--;
      return store.fetch(...asked);
    },
  };
  const shared = { url: redis.url, folder, lostAfterMs: 10_000 };
  const worker = new LightWorker({ ...shared, name: 'one', slots: 4, attemptMs: 10 });
  const running = runOnWorkers([planned({}, null, 24)], { ...shared, evidence, say: () => {} });
  let isOver = false;
  const ended = running.finally(() => {
    isOver = true;
  });
  const leases: number[] = [];
  for (; !isOver; await sleep(100)) {
    const [key] = await redis.client.keys(keys.run('*'));
    const left = key === undefined ? -2 : await redis.client.pttl(key);
    if (left > 0) leases.push(left);
  }
  const { run } = await ended;
  worker.signal('SIGTERM');
  await worker.exited;
  expect(await storedAttempts(run.id)).toHaveLength(24);
  expect(most).toBeGreaterThan(1);
  expect(Math.min(...leases)).toBeGreaterThan(26_500);
});

test.runIf(canMountDisk())('a full evidence store costs no record: each says why its evidence is missing', async () => {
  const [folder, disk] = [temporaryFolder(), smallDisk(8_192)];
  symlinkSync(disk, join(folder, 'evidence'));
  expect(() => writeFileSync(join(disk, 'full'), Buffer.alloc(100_000))).toThrow(/ENOSPC/);
  const { stored, failed } = await runWith(folder);
  expect(stored).toHaveLength(attempts);
  expect(stored.filter(({ outcome }) => outcome === 'infra')).toEqual([]);
  const artifactsMissing = `the evidence store ${join(folder, 'evidence')} is full (ENOSPC)`;
  for (const attempt of failed) expect(attempt).toMatchObject({ artifacts: null, artifactsMissing });
});
