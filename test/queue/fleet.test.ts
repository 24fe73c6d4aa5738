import { existsSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { home } from '../../src/contracts/home.ts';
import { planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LightWorker, type LightWorkerOptions, runOnWorkers, storedAttempts } from './light-workers.ts';

let redis: PrivateRedis;
let shared: Pick<LightWorkerOptions, 'url' | 'folder' | 'lostAfterMs' | 'attemptMs'>;

beforeAll(async () => {
  redis = await startPrivateRedis();
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  shared = { url: redis.url, folder: temporaryFolder(), lostAfterMs: 1_500, attemptMs: 30 };
}, 120_000);

test('workers make every attempt of a plan once, with its files, and leave nothing behind', async () => {
  const workers = ['a', 'b', 'c'].map((name) => new LightWorker({ ...shared, name, slots: 2 }));
  const plan = [planned({}, null, 40), planned({ library: '1.25.0' }, null, 20)];
  const { run } = await runOnWorkers(plan, shared);
  const stored = await storedAttempts(run.id);
  expect(new Set(stored.map(({ id }) => id)).size).toBe(60);
  expect(stored).toHaveLength(60);
  const withFiles = stored.filter(({ artifacts }) => artifacts !== null);
  expect(withFiles.length).toBeGreaterThan(0);
  for (const { artifacts } of withFiles) expect(existsSync(home('runs', run.id, artifacts ?? ''))).toBe(true);
  expect((await redis.client.keys('*')).filter((key) => /:(needs|run:.*|[0-9a-f]{64}.*)$/.test(key))).toEqual([]);
  for (const worker of workers) worker.signal('SIGTERM');
  await Promise.all(workers.map(({ exited }) => exited));
  expect(workers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
});
