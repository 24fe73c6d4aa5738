import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEvidence } from '../../src/blobs/evidence-store.ts';
import { FleetAttempts } from '../../src/queue/fleet-attempts.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { openStore } from '../../src/store/open-store.ts';
import { runGate } from '../../src/verdicts/run-gate.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LightWorker } from './light-workers.ts';

const lostAfterMs = 5_000;
const build = '2.3000.1032534684';
let redis: PrivateRedis;

beforeAll(async () => {
  redis = await startPrivateRedis();
}, 120_000);

/** The verdict on two versions whose attempts so many workers make, and how many attempts the store has. */
async function judgedBy(workers: number) {
  const folder = temporaryFolder();
  process.env.WWEBJS_CANARY_HOME = folder;
  const facts = { url: redis.url, folder, lostAfterMs, attemptMs: 20 };
  for (let i = 0; i < workers; i++) {
    const worker = new LightWorker({ ...facts, name: `w${i}`, slots: 2 });
    onTestFinished(async () => {
      worker.signal('SIGKILL');
      await worker.exited;
    });
  }
  const link = await FleetLink.open(redis.url, () => {});
  const store = await openStore();
  try {
    const evidence = openEvidence(`${folder}/evidence`, {});
    const maker = await FleetAttempts.open(link, { evidence, version: 'test', lostAfterMs, say: () => {} });
    const choice = { build: [build], flow: ['qr-to-ready'], browser: ['current'] };
    const selection = { baseline: '1.33.2', candidate: '1.34.7', choice, target: 'replica' as const };
    const shown = { selection, policy: defaultPolicy, slots: 16, seed: 5, maker, say: () => {} };
    const { verdict } = await runGate(store, shown);
    const attempts = await Array.fromAsync(store.attempts.read({}));
    return { verdict, attempts: attempts.length };
  } finally {
    await store.close();
    await link.close();
  }
}

test('gate --run --queue comes to the same verdict with 1 worker and with 4, and takes back what it needs no more', async () => {
  const [one, four] = [await judgedBy(1), await judgedBy(4)];
  const decided = ({ verdict }: typeof one) => ({
    verdict: verdict.verdict,
    rule: verdict.rule,
    flows: verdict.flows.map(({ flow, verdict: word, pairs, look }) => ({ flow, word, pairs, look })),
  });
  expect(decided(four)).toEqual(decided(one));
  expect(one.verdict.flows[0]?.pairs).toBeGreaterThan(0);
  const pairs = 2 * (one.verdict.flows[0]?.pairs ?? 0);
  for (const { attempts } of [one, four]) expect(attempts - pairs).toBeLessThan(16);
  expect((await redis.client.keys('*')).filter((key) => /[0-9a-f]{64}/.test(key))).toEqual([]);
});
