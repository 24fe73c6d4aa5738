import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { dayMs, hourMs } from '../../src/live/live-policy.ts';
import { openStore } from '../../src/store/open-store.ts';
import { runLiveGate } from '../../src/verdicts/run-live-gate.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';
import { liveInput, passed, simulatedLiveSite } from '../support/simulated-live-site.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const [today, tomorrow] = ['2.3000.1032534684', '2.3000.1034162388'] as const;
const site = simulatedLiveSite(today);

beforeAll(() => site().link(), 120_000);
beforeEach(() => site().advance(25 * hourMs));

test('a device is restored over days of simulated time, on builds that change, and stays linked', async () => {
  for (const build of [today, tomorrow, today]) {
    await site().serve(build);
    for (const _ of [1, 2]) {
      await site().advance(dayMs / 2);
      const attempt = await site()
        .attempts({ accounts: ['anna'] })
        .attempt(await liveInput('restore-to-ready'));
      passed(attempt);
      expect(attempt.live?.builds).toEqual([build]);
    }
  }
  expect(await site().pool.accounts.find('anna')).toMatchObject({ state: 'active', stateCause: null });
});

/** Compares a version with 1.34.7 on the device of one account: again each hour, since the limits end a run, until it blocks. */
async function gate(candidate: string, hours = 1) {
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  const selection = { baseline: '1.34.7', candidate, choice: {}, target: 'live' } as const;
  const run = { selection, policy: defaultPolicy, seed: 1, say: () => {} };
  const again = () => runLiveGate(store, run, site().attempts({ accounts: ['anna'] }));
  let { verdict } = await again();
  for (let hour = 1; hour < hours && verdict.verdict !== 'block'; hour++) {
    await site().advance(hourMs);
    ({ verdict } = await again());
  }
  const made = [];
  for await (const each of store.attempts.read({ target: 'live' })) made.push(each);
  await store.close();
  return { verdict, made };
}

test('a version that does not work on the build of the day is blocked, in pairs on one device and one build', async () => {
  const { verdict, made } = await gate('1.34.2', 4);
  expect(verdict, JSON.stringify(verdict.because)).toMatchObject({ verdict: 'block', rule: 'fast-path' });
  expect(verdict.live).toMatchObject({ builds: [today], unpaired: { buildChanged: 0, alone: 0 }, replica: null });
  const { pairs = 0, unpaired } = verdict.live ?? {};
  expect(made.length).toBe(2 * pairs + (unpaired?.spoiled ?? 0));
  const accounts = made.flatMap(({ attempt }) => attempt.live?.accounts.join() ?? []);
  expect(new Set(accounts)).toEqual(new Set(['anna']));
  expect(verdict.flows[0]?.baseline).toMatchObject({ failures: 0 });
}, 300_000);

test('where the limits allow no attempt, the verdict is inconclusive and says until when', async () => {
  await site().pool.accounts.note('anna', 'conflict');
  const { verdict } = await gate('1.34.2');
  expect(verdict).toMatchObject({ verdict: 'inconclusive', rule: 'live-site', live: { pairs: 0 } });
  expect(verdict.live?.refused?.until).toMatch(/^\d{4}-/);
  expect(verdict.because[0]).toContain('another browser took the connection');
});
