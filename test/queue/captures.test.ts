import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Capture } from '../../src/contracts/capture.ts';
import { home } from '../../src/contracts/home.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import { sha256 } from '../../src/contracts/sha256.ts';
import { FleetLink, keys } from '../../src/queue/fleet-link.ts';
import type { JobData } from '../../src/queue/job.ts';
import { workerAttempts } from '../../src/queue/worker-attempts.ts';
import { addCapture, removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import {
  baseFacts,
  factsInEffect,
  hasFactsOf,
  keepFactsOf,
  type RunFacts,
  resumeFactsOf,
  useCapturesOf,
} from '../../src/replica/builds/run-facts.ts';
import { hashOfFlow } from '../../src/runner/load-flow.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { define, pageOf } from '../surface/capture/tiny-page.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LightWorker, type LightWorkerOptions, runOnWorkers, storedAttempts } from './light-workers.ts';

const tonight = '2.3000.1059999999';
let redis: PrivateRedis;
let shared: Pick<LightWorkerOptions, 'url' | 'folder' | 'lostAfterMs' | 'attemptMs'>;

beforeAll(async () => {
  redis = await startPrivateRedis();
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  shared = { url: redis.url, folder: temporaryFolder(), lostAfterMs: 10_000, attemptMs: 30 };
}, 120_000);

beforeEach(() => redis.client.flushall());
afterEach(removeCaptures);

/** The page of a build that has these modules beside those of the base. */
function captureWith(...names: string[]): Capture {
  const scripts = Object.fromEntries(names.map((name) => [`${name}.js`, define(name, 'l.come = function(e) {}')]));
  return captureSurface(pageOf(scripts, tonight), []);
}

function factsWith(...captures: Capture[]): RunFacts {
  for (const capture of captures) addCapture(capture, 'tonight.json');
  try {
    return factsInEffect();
  } finally {
    removeCaptures();
  }
}

function modulesWith(capture: Capture): string {
  addCapture(capture, 'tonight.json');
  try {
    return `${Object.keys(resolveSurface(tonight).modules).length} modules`;
  } finally {
    removeCaptures();
  }
}

function start(name: string, options: Partial<LightWorkerOptions> = {}): LightWorker {
  const worker = new LightWorker({ ...shared, name, showsModules: true, ...options });
  onTestFinished(async () => {
    worker.signal('SIGKILL');
    await worker.exited;
  });
  return worker;
}

const sentKeys = () => redis.client.keys(keys.captures('*'));

async function untilSent(): Promise<void> {
  while ((await sentKeys()).length === 0) await sleep(20);
}

/** What the workers of one fleet have for tonight's build, attempt by attempt. */
async function shownIn(runId: string): Promise<string[]> {
  return (await storedAttempts(runId)).map(({ browserVersion }) => String(browserVersion));
}

test('two runs on different captures of one build and a run without any share workers, and each attempt is on those of its run', async () => {
  const [one, two] = [captureWith('WAWebOnlyOne'), captureWith('WAWebOnlyOne', 'WAWebOnlyTwo')];
  const without = `${Object.keys(resolveSurface(tonight).modules).length} modules`;
  expect(new Set([modulesWith(one), modulesWith(two), without]).size).toBe(3);
  for (const name of ['first', 'second']) start(name, { slots: 2 });
  const plan = [planned({ build: tonight }, null, 6), planned({ library: '1.25.0', build: tonight }, null, 6)];
  const runOf = (facts: RunFacts) => runOnWorkers(plan, { ...shared, facts: () => facts });
  const runs = await Promise.all([runOf(factsWith(one)), runOf(factsWith(two)), runOf(factsWith())]);
  for (const [i, own] of [modulesWith(one), modulesWith(two), without].entries()) {
    const shown = await shownIn(runs[i]?.run.id ?? '');
    expect(shown).toHaveLength(12);
    expect(new Set(shown)).toEqual(new Set([own]));
  }
  const left = await sentKeys();
  expect(left).toHaveLength(2);
  for (const key of left) expect(await redis.client.ttl(key)).toBeLessThan(3_600);
}, 60_000);

test('a worker that does not have the captures of a run waits for the server to have them, and another server gets them again', async () => {
  const capture = captureWith('WAWebOnlyTonight');
  const running = runOnWorkers([planned({ build: tonight }, null, 3)], { ...shared, facts: () => factsWith(capture) });
  await untilSent();
  await redis.client.del(await sentKeys());
  start('first');
  const { run } = await running;
  expect(await shownIn(run.id)).toEqual(Array(3).fill(modulesWith(capture)));
});

test('captures that were changed on the way spoil the attempt with a reason, and never decide it', async () => {
  const facts = factsWith(captureWith('WAWebOnlyTonight'));
  const id = facts.captures?.id ?? '';
  const running = runOnWorkers([planned({ build: tonight })], { ...shared, facts: () => facts });
  await untilSent();
  await redis.client.set(keys.captures(id), gzipSync('[]'), 'EX', 600);
  start('first');
  const { run } = await running;
  expect(await storedAttempts(run.id)).toMatchObject([
    {
      ...{ outcome: 'infra', code: 'harness-error' },
      cause: { message: 'worker first: the captures of the run are not those that it names' },
    },
  ]);
});

test.each<[string, string, RegExp]>([
  [
    'of another schema',
    JSON.stringify([{ ...captureWith('A'), schemaVersion: 2 }]),
    /another schema: 0\.schemaVersion/,
  ],
  ['that are no list', '{}', /another schema/],
  ['that are no JSON', 'captures', /another schema/],
])('captures %s are refused, and those of before stay', (_, text, message) => {
  const before = captureWith('WAWebOnlyTonight');
  addCapture(before, 'tonight.json');
  const packed = { id: sha256(text), bytes: gzipSync(text) };
  const use = () => useCapturesOf({ base: baseFacts(), captures: packed });
  expect(use).toThrow(InputError);
  expect(use).toThrow(message);
  expect(resolveSurface(tonight).modules).toHaveProperty('WAWebOnlyTonight');
});

test('bytes that are no gzip, or are cut off, are refused', () => {
  const { captures } = factsWith(captureWith('WAWebOnlyTonight'));
  const { id, bytes } = captures as NonNullable<typeof captures>;
  for (const part of [Buffer.from('captures'), bytes.subarray(0, bytes.length / 2)])
    expect(() => useCapturesOf({ base: baseFacts(), captures: { id, bytes: part } })).toThrow(/cannot be read/);
});

test('a worker whose facts changed while it ran makes no attempt on them', () => {
  expect(() => useCapturesOf({ base: 'of before', captures: null })).toThrow(/have changed: start it again/);
});

test('a run that was cut off goes on with the captures that it began with, and not with those that a file has by now', async () => {
  const [begun, later] = [captureWith('WAWebOnlyOne'), captureWith('WAWebOnlyOne', 'WAWebOnlyTwo')];
  const stop = new AbortController();
  start('slow', { attemptMs: 60_000 });
  const plan = [planned({ build: tonight }, null, 2)];
  const cutOff = runOnWorkers(plan, {
    ...{ ...shared, facts: () => factsWith(begun), signal: stop.signal },
    observer: { attemptStarted: () => stop.abort() },
  });
  const { run } = await cutOff;
  addCapture(later, 'tonight.json');
  expect(() => keepFactsOf(run.id, factsInEffect())).toThrow(/began with other facts about builds/);
  expect(hasFactsOf(run.id)).toBe(false);
  resumeFactsOf(run.id);
  expect(hasFactsOf(run.id)).toBe(true);
  expect(factsInEffect().captures?.id).toBe(factsWith(begun).captures?.id);
  expect(() => resumeFactsOf('20260101-000000-abcdef')).toThrow(/it can go on only where it began/);
  writeFileSync(home('runs', run.id, 'facts.json'), JSON.stringify({ schemaVersion: 1, base: 'a', captures: null }));
  expect(() => resumeFactsOf(run.id)).toThrow(/the facts about builds have changed since it began/);
});

test('what is kept of the facts of a run is written once, so that no kill of a run that goes on can cut it off', () => {
  const facts = factsWith(captureWith('WAWebOnlyOne'));
  const written = () => {
    keepFactsOf('run-twice', facts);
    return statSync(home('runs', 'run-twice', 'facts.json'), { bigint: true }).mtimeNs;
  };
  expect([written(), written()]).toEqual(Array(2).fill(written()));
  expect(readdirSync(home('runs', 'run-twice'))).toEqual(['facts.json']);
});

test('a worker makes no attempt of a flow whose file is not that of the run', async () => {
  const flow = join(temporaryFolder(), 'mine.ts');
  writeFileSync(flow, 'export default 1;');
  const { cell } = planned({ flow });
  const theirs = hashOfFlow(cell);
  writeFileSync(flow, 'export default 2;');
  expect(hashOfFlow(cell)).not.toBe(theirs);
  const { attempt } = workerAttempts({ runFolder: () => temporaryFolder(), say: () => {} });
  const data: JobData = {
    runId: 'run',
    id: 'run-0001',
    seed: 1,
    cell,
    captures: null,
    ...(theirs && { flow: theirs }),
  };
  const made = attempt(data, AbortSignal.timeout(10_000));
  await expect(made).rejects.toThrow(`--flow ${flow}: the file of this machine is not that of the run`);
});

test('captures of a run are kept for ten minutes after its coordinator is gone', async () => {
  const link = await FleetLink.open(redis.url, () => {});
  onTestFinished(() => link.close());
  const { captures } = factsWith(captureWith('WAWebOnlyTonight'));
  await link.keepCaptures(captures as NonNullable<typeof captures>);
  await redis.client.expire(keys.captures(captures?.id ?? ''), 5);
  await link.keepCaptures(captures as NonNullable<typeof captures>);
  expect(await redis.client.ttl(keys.captures(captures?.id ?? ''))).toBeGreaterThan(590);
  expect(await link.captures(captures?.id ?? '')).toEqual(captures);
  expect(await link.captures('0')).toBeNull();
});
