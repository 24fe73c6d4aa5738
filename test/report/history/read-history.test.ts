import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Attempt, Cell } from '../../../src/contracts/attempt.ts';
import { canaryHistorySchema } from '../../../src/contracts/canary-history.ts';
import { readHistory } from '../../../src/report/history/read-history.ts';
import { openStore, type Store } from '../../../src/store/open-store.ts';
import { exampleCell, exampleRun, failedAttempt, infraAttempt, passedAttempt } from '../../fixtures/example-run.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const newest = '2.3000.1044822804';
const old = exampleCell({ library: '1.25.0' });
let store: Store;

/** Adds the attempts of one run that began at a time. */
async function run(
  startedAt: string,
  attempts: readonly (readonly [Cell, (overrides: Partial<Attempt>) => Attempt])[],
) {
  await store.runs.add({ ...exampleRun, id: `run-${startedAt}`, startedAt });
  for (const [cell, made] of attempts) await store.attempts.add(`run-${startedAt}`, cell, made({ startedAt }));
}

const took = (ready: number) => (overrides: Partial<Attempt>) =>
  passedAttempt({ phases: { launch: 500, ready }, ...overrides });

beforeAll(async () => {
  store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  await run('2026-09-01T08:00:00.000Z', [[exampleCell({ library: '1.24.0' }), passedAttempt]]);
  await run('2026-11-19T23:59:59.999Z', [
    [exampleCell(), took(1000)],
    [exampleCell(), took(3000)],
    [old, failedAttempt],
  ]);
  await run('2026-11-20T00:00:00.000Z', [
    [exampleCell(), took(1000)],
    [old, passedAttempt],
    [old, failedAttempt],
  ]);
  await run('2026-11-22T09:00:00.000Z', [
    [exampleCell(), failedAttempt],
    [exampleCell({ build: newest }), infraAttempt],
    [old, failedAttempt],
  ]);
});

const ask = (question: Partial<Parameters<typeof readHistory>[1]> = {}) =>
  readHistory(store, { window: '7d', ...question }, now).then((history) => canaryHistorySchema.parse(history));

test('attempts count in the bucket of UTC in which they began; buckets without any are gaps and no rates', async () => {
  const { buckets, rates } = await ask({ window: '30d' });
  const { points } = rates.find(({ library }) => library === '1.34.7') as (typeof rates)[number];
  const shown = points.flatMap((point, i) =>
    point ? [[buckets[i]?.slice(0, 10), point.passed, point.failed, point.rate]] : [],
  );
  expect(shown).toEqual([
    ['2026-11-19', 2, 0, 1],
    ['2026-11-20', 1, 0, 1],
    ['2026-11-22', 0, 1, 0],
  ]);
  expect(points[buckets.indexOf('2026-11-21T00:00:00.000Z')]).toBeNull();
});

test('a rate has the interval that its few attempts allow', async () => {
  const { rates } = await ask();
  const point = rates.find(({ library }) => library === '1.25.0')?.points.find((one) => one?.passed === 1);
  // Wilson, 1 of 2 at 95 %: 0.0945 to 0.9055.
  expect(point).toMatchObject({ rate: 0.5, lower: expect.closeTo(0.0945, 3), upper: expect.closeTo(0.9055, 3) });
});

test('spoiled attempts are counted apart, and are in no rate', async () => {
  const { attempts, infra, rates, cells } = await ask();
  expect([attempts, infra]).toEqual([9, 1]);
  const counted = rates
    .flatMap(({ points }) => points)
    .reduce((sum, point) => sum + (point ? point.passed + point.failed : 0), 0);
  expect(counted).toBe(8);
  expect(cells.find(({ build }) => build === newest)?.states.filter((state) => state)).toEqual([
    { passed: 0, failed: 0, infra: 1, code: 'harness-error' },
  ]);
});

test('phase times are percentiles of the attempts that completed the phase, within 1.1 %', async () => {
  const { phaseTimes, buckets } = await ask({ window: '30d', libraries: ['1.34.7'] });
  const ready = phaseTimes.find(({ phase }) => phase === 'ready');
  const point = ready?.points[buckets.indexOf('2026-11-19T00:00:00.000Z')];
  expect(point?.attempts).toBe(2);
  expect(Math.abs((point?.p50 ?? 0) / 1000 - 1)).toBeLessThan(0.011);
  expect(Math.abs((point?.p95 ?? 0) / 3000 - 1)).toBeLessThan(0.011);
  // The attempt of the 22nd never became ready.
  expect(ready?.points[buckets.indexOf('2026-11-22T00:00:00.000Z')]).toBeNull();
  expect(phaseTimes.map(({ phase }) => phase)).toEqual(['launch', 'page', 'qr', 'scan', 'authenticated', 'ready']);
});

test('what changed since yesterday is what the newest run found against the newest run before', async () => {
  const { changes } = await ask();
  expect(changes).toEqual([
    {
      ...old,
      before: {
        passed: 1,
        failed: 1,
        infra: 0,
        code: 'no-ready',
        run: expect.any(String),
        at: '2026-11-20T00:00:00.000Z',
      },
      now: {
        passed: 0,
        failed: 1,
        infra: 0,
        code: 'no-ready',
        run: expect.any(String),
        at: '2026-11-22T09:00:00.000Z',
      },
    },
    expect.objectContaining({ library: '1.34.7', now: expect.objectContaining({ failed: 1, code: 'no-ready' }) }),
  ]);
  expect((await readHistory(store, { window: '7d' }, now + 86_400_000)).changes).toEqual([]);
});

test('only the versions and builds that are asked for are shown, newest first, and all can be chosen', async () => {
  const history = await ask({ libraries: ['1.25.0'], builds: ['2.3000.1032534684'] });
  expect(new Set(history.cells.map(({ library }) => library))).toEqual(new Set(['1.25.0']));
  expect(history.changes.map(({ library }) => library)).toEqual(['1.25.0']);
  expect(history.libraries).toEqual(['1.34.7', '1.25.0', '1.24.0']);
  expect(history.builds).toEqual([newest, '2.3000.1032534684']);
});

test.each([
  [{ libraries: ['1.34.7', '9.9.9'] }, 'library 9.9.9: the store has no attempt of it; it has 1.34.7, 1.25.0, 1.24.0'],
  [{ builds: ['2.3000.1'] }, `build 2.3000.1: the store has no attempt of it; it has ${newest}, 2.3000.1032534684`],
  [{ builds: ['latest'] }, '"latest" is not a WhatsApp Web build number'],
  [{ window: 'week' }, 'window "week": it has to be from 1h to 366d'],
])('%j is refused by name', async (question, message) => {
  await expect(ask(question)).rejects.toThrow(message);
});

test('an empty store has no rates, and says that nothing was ever attempted', async () => {
  const empty = await openStore(join(temporaryFolder(), 'store.sqlite'));
  const history = canaryHistorySchema.parse(await readHistory(empty, { window: '30d' }, now));
  expect(history).toMatchObject({
    attempts: 0,
    newestAttempt: null,
    rates: [],
    phaseTimes: [],
    cells: [],
    changes: [],
  });
  expect(history.buckets).toHaveLength(31);
  await empty.close();
});

test('attempts on the live site are on a build of their own, newer than all others', async () => {
  await run('2026-11-22T10:00:00.000Z', [
    [exampleCell({ library: '1.34.8', build: 'live', target: 'live' }), passedAttempt],
  ]);
  const { builds, rates } = await ask({ builds: ['live'] });
  expect(builds).toEqual(['live', newest, exampleCell().build]);
  expect(rates.map(({ library }) => library)).toEqual(['1.34.8']);
});
