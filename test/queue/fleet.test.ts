import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openEvidence } from '../../src/blobs/evidence-store.ts';
import { exitCode } from '../../src/contracts/exit-code.ts';
import { home } from '../../src/contracts/home.ts';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { jobDataSchema } from '../../src/queue/job.ts';
import { needOf } from '../../src/queue/needs.ts';
import { serveQueue } from '../../src/queue/serve-queue.ts';
import { baseFacts } from '../../src/replica/builds/run-facts.ts';
import { openStore } from '../../src/store/open-store.ts';
import { planned } from '../fixtures/example-run.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { freePort } from '../support/private-server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LightWorker, type LightWorkerOptions, runOnWorkers, storedAttempts } from './light-workers.ts';

/** Without one, a node of a cluster takes its port plus 10,000, which may be too high. */
const busPort = String(await freePort());
let redis: PrivateRedis;
let shared: Pick<LightWorkerOptions, 'url' | 'folder' | 'lostAfterMs' | 'attemptMs'>;

beforeAll(async () => {
  redis = await startPrivateRedis();
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  shared = { url: redis.url, folder: temporaryFolder(), lostAfterMs: 1_000, attemptMs: 30 };
}, 120_000);

beforeEach(() => redis.client.flushall());

/** Starts a worker that ends with the test. */
function start(name: string, options: Partial<LightWorkerOptions> = {}): LightWorker {
  const worker = new LightWorker({ ...shared, name, ...options });
  onTestFinished(async () => {
    worker.signal('SIGKILL');
    await worker.exited;
  });
  return worker;
}

/** Resolves when something holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 45_000; !(await holds()); await sleep(50)) expect(Date.now()).toBeLessThan(end);
}

const locks = () => redis.client.keys('*:lock');
const isUnderWay = async () => (await locks()).length > 0;

/** What is left of attempts, runs and needs on the server. */
const leftovers = async () =>
  (await redis.client.keys('*')).filter((key) => /:(needs|run:.*|[0-9a-f]{64}.*)$/.test(key));

test('every attempt of a plan counts once, with its files, though one worker is killed and another one is paused', async () => {
  const [killed, paused] = [start('killed', { attemptMs: 60_000 }), start('paused', { attemptMs: 60_000 })];
  const plan = [planned({}, null, 40), planned({ library: '1.25.0' }, null, 20)];
  const running = runOnWorkers(plan, shared);
  await until(() => [killed, paused].every(({ lines }) => lines.some((line) => line.startsWith('begins'))));
  killed.signal('SIGKILL');
  paused.signal('SIGSTOP');
  const last = start('last', { slots: 4 });
  const { run, cells } = await running;
  paused.signal('SIGCONT');
  await until(() => paused.lines.some((line) => line.includes('its lock was lost')));
  const stored = await storedAttempts(run.id);
  const lost = stored.filter(({ code }) => code === 'worker-lost');
  expect(lost.map(({ outcome, cause }) => [outcome, cause?.message.split(' ')[1]]).sort()).toEqual([
    ['infra', 'killed'],
    ['infra', 'paused'],
  ]);
  expect(stored).toHaveLength(62);
  expect(new Set(stored.map(({ id }) => id)).size).toBe(62);
  for (const { id } of lost) expect(stored.map((each) => each.id)).toContain(`${id}-2`);
  expect(cells.map(({ made, lost, planned }) => made - lost - planned)).toEqual([0, 0]);
  const withFiles = stored.filter(({ artifacts }) => artifacts !== null);
  expect(withFiles.length).toBeGreaterThan(0);
  for (const { artifacts } of withFiles) expect(existsSync(home('runs', run.id, artifacts ?? ''))).toBe(true);
  expect(await leftovers()).toEqual([]);
  last.signal('SIGTERM');
  await last.exited;
  expect(last.exitCode).toBe(0);
});

test('the time that is left is that of the attempts which the workers make at the same time', async () => {
  for (const name of ['first', 'second']) start(name, { slots: 2, attemptMs: 300 });
  await until(async () => (await redis.client.keys('wwebjs-canary:worker:*')).length === 2);
  let seen = '';
  const watched = (text: string) => {
    seen += text;
  };
  const { run } = await runOnWorkers([planned({}, null, 24)], { ...shared, watched });
  const durationMs = (await storedAttempts(run.id))[0]?.durationMs ?? 0;
  const lines = seen.matchAll(/(\d+)\/24 done, about ([\d.]+) s left/g);
  const shown = Array.from(lines, ([, done, seconds]) => ({ done: Number(done), seconds: Number(seconds) }));
  const atFullSpeed = shown.filter(({ done }) => done <= 20);
  expect(atFullSpeed.length).toBeGreaterThan(0);
  for (const { done, seconds } of atFullSpeed) {
    const most = ((24 - done) * durationMs) / 4 / 1_000;
    expect(seconds).toBeLessThanOrEqual(most + 0.1);
    // Those that are under way have been so for a moment.
    expect(seconds).toBeGreaterThan(most - 5);
  }
});

test('an attempt that is lost more often than the policy allows ends the run with exit code 4, and the record says so', async () => {
  const first = start('first', { attemptMs: 60_000 });
  const running = runOnWorkers([planned()], { ...shared, repeats: 0 });
  await until(isUnderWay);
  first.signal('SIGKILL');
  const { run, exit } = await running;
  expect((await storedAttempts(run.id)).map(({ code }) => code)).toEqual(['worker-lost']);
  expect(exit).toBe(exitCode.trouble);
});

test('a worker that ends by SIGTERM records what it had begun, and one without work ends by itself', async () => {
  const first = start('first', { attemptMs: 1_000 });
  const running = runOnWorkers([planned({}, null, 3)], shared);
  await until(isUnderWay);
  first.signal('SIGTERM');
  await first.exited;
  const second = start('second', { idleMs: 500 });
  const { run } = await running;
  expect((await storedAttempts(run.id)).map(({ code }) => code)).not.toContain('worker-lost');
  await second.exited;
  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
});

test('a second signal ends a worker at once, and another one makes its attempt', async () => {
  const first = start('first', { attemptMs: 60_000 });
  const running = runOnWorkers([planned()], shared);
  await until(isUnderWay);
  first.signal('SIGTERM');
  // Signals that come close together are one.
  await sleep(700);
  expect([first.exitCode, first.endedBy]).toEqual([null, null]);
  first.signal('SIGTERM');
  await first.exited;
  expect(first.endedBy).toBe('SIGTERM');
  start('second');
  const { run } = await running;
  expect((await storedAttempts(run.id)).map(({ id, code }) => [id, code])).toEqual([
    [`${run.id}-0001`, 'worker-lost'],
    [`${run.id}-0001-2`, null],
  ]);
});

test('a worker and a run that are cut off from the queue for a moment lose no attempt and count none twice', async () => {
  const wires = [await TcpProxy.to(redis.port), await TcpProxy.to(redis.port)];
  onTestFinished(async () => {
    await Promise.all(wires.map((wire) => wire.close()));
  });
  const [workers, coordinator] = wires.map((wire) => `redis://127.0.0.1:${wire.port}`) as [string, string];
  start('first', { url: workers, slots: 4, lostAfterMs: 30_000 });
  const said: string[] = [];
  const running = runOnWorkers([planned({}, null, 60)], {
    ...shared,
    url: coordinator,
    say: (line) => said.push(line),
  });
  await until(isUnderWay);
  for (const wire of wires) wire.cut('refuse');
  await sleep(300);
  for (const wire of wires) wire.mend();
  const { run } = await running;
  const stored = await storedAttempts(run.id);
  expect(stored).toHaveLength(60);
  expect(stored.map(({ code }) => code)).not.toContain('worker-lost');
  expect(said).toEqual(expect.arrayContaining([expect.stringContaining('does not answer; waiting for it')]));
});

test('a server that forgets everything gets the attempts that have no record again', async () => {
  const running = runOnWorkers([planned({}, null, 5)], shared);
  await until(async () => (await redis.client.keys('*')).length > 5);
  await redis.client.flushall();
  start('first');
  const { run } = await running;
  expect(await storedAttempts(run.id)).toHaveLength(5);
});

test('an attempt that has to wait for an account does not hold its worker, and is made when the account is free', async () => {
  start('first', { accountMs: 1_500 });
  const said: string[] = [];
  const { run } = await runOnWorkers([planned({}, null, 6)], { ...shared, say: (line) => said.push(line) });
  const stored = await storedAttempts(run.id);
  expect(stored).toHaveLength(6);
  expect(stored.at(-1)?.id).toBe(`${run.id}-0001`);
  const why = 'account anna: another attempt uses it';
  expect(said).toContain(`waiting: attempt ${run.id}-0001: ${why}`);
});

describe('attempts that no worker can make', () => {
  test('wait until a worker comes that can, and the run and the other workers say why', async () => {
    const others = [
      [start('b', { browsers: ['107'] }), 'serves the browsers 107'],
      [start('v', { version: '0.0.9' }), 'is wwebjs-canary 0.0.9 and the run was started by test'],
      [start('f', { facts: 'others' }), 'has other facts about builds than the run'],
      [start('l', { libraries: ['1.25.0'] }), 'serves the libraries 1.25.0'],
    ] as const;
    const said: string[] = [];
    const running = runOnWorkers([planned()], { ...shared, say: (line) => said.push(line) });
    const isExplained = (line: string) =>
      line.startsWith('waiting: 1 attempt of 1.34.7') && others.every(([, why]) => line.includes(why));
    await until(() => said.some(isExplained));
    for (const [other, why] of others)
      await until(() => other.lines.some((line) => line.includes(`this worker ${why}`)));
    start('fitting');
    const { run } = await running;
    expect(await storedAttempts(run.id)).toHaveLength(1);
  });

  test('are recorded as infra with the name of the worker and its reason when it takes them all the same', async () => {
    start('first', { fails: '--flow mine.ts: there is no file /mine.ts' });
    const { run, exit } = await runOnWorkers([planned()], shared);
    const [only] = await storedAttempts(run.id);
    expect(only).toMatchObject({
      code: 'harness-error',
      outcome: 'infra',
      cause: { message: 'worker first: --flow mine.ts: there is no file /mine.ts' },
    });
    expect(exit).toBe(exitCode.trouble);
  });
});

test('a worker takes no attempt with a browser that it cannot have, and ends when it can have none', async () => {
  const partly = start('partly', { browsers: ['107', 'current'], lacks: ['107'] });
  const without = start('without', { browsers: ['107'], lacks: ['107'] });
  const said: string[] = [];
  const plan = [planned({ browser: '107' }), planned({ browser: 'current' })];
  const running = runOnWorkers(plan, { ...shared, say: (line) => said.push(line) });
  await without.exited;
  expect([without.exitCode, without.lines.at(-1)]).toEqual([exitCode.trouble, 'browser "107" does not start']);
  await until(() => partly.lines.includes('serves browser 107 no more: browser "107" does not start'));
  await until(() =>
    said.some((line) => /waiting: 1 attempt of .* on browser 107.*serves the browsers current/.test(line)),
  );
  start('fitting', { browsers: ['107'] });
  const { run } = await running;
  expect((await storedAttempts(run.id)).map(({ outcome }) => outcome)).not.toContain('infra');
});

test('a worker whose machine makes no attempts spoils one and rests, and the others make the rest', async () => {
  const broken = start('broken', { fails: 'no space left on device' });
  const running = runOnWorkers([planned({}, null, 30)], shared);
  await until(() => broken.lines.some((line) => line.startsWith('takes nothing for 5 s')));
  start('healthy');
  const { run } = await running;
  const codes = (await storedAttempts(run.id)).map(({ code }) => code);
  expect(codes).toHaveLength(30);
  expect(codes.filter((code) => code === 'harness-error').length).toBeLessThan(4);
});

test('a worker that waits for attempts keeps nothing of each look', async () => {
  const link = await FleetLink.open(redis.url, () => {});
  const stop = new AbortController();
  const serving = serveQueue(link, {
    ...{
      name: 'waiting',
      version: 'test',
      facts: baseFacts(),
      slots: 1,
      lostAfterMs: 60_000,
      signal: stop.signal,
      say: () => {},
    },
    ...{ evidence: openEvidence(undefined, {}), serves: { targets: ['replica'], browsers: ['current'] } },
    runFolder: () => shared.folder,
    haveBrowser: async () => {},
    useCaptures: () => {},
    tidy: () => {},
    attempt: () => Promise.reject(new Error('there is none')),
  });
  await sleep(1_000);
  const promises = () => queryObjects(Promise, { format: 'count' });
  const before = promises();
  await sleep(3_000);
  const after = promises();
  stop.abort();
  await serving;
  await link.close();
  expect(after - before).toBeLessThan(10);
});

describe('a server that refuses', () => {
  test('the messages of a worker takes it no attempt, and those of a run end it with the reason', async () => {
    await redis.client.call('ACL', 'SETUSER', 'quiet', 'on', '>pass', '~wwebjs-canary:*', 'resetchannels', '+@all');
    const url = shared.url.replace('//', '//quiet:pass@');
    const quiet = start('quiet', { url });
    await expect(runOnWorkers([planned()], { ...shared, url })).rejects.toThrow(/refuses a command: NOPERM/);
    const { run } = await runOnWorkers([planned({}, null, 3)], shared);
    expect((await storedAttempts(run.id)).map(({ code }) => code)).not.toContain('harness-error');
    quiet.signal('SIGTERM');
    await quiet.exited;
    expect(quiet.exitCode).toBe(0);
  });

  test('more attempts because its memory is full ends the run with the reason', async () => {
    start('first');
    onTestFinished(async () => {
      await redis.client.config('SET', 'maxmemory', '0');
    });
    const observer = {
      async attemptEnded() {
        await redis.client.config('SET', 'maxmemory', '1');
      },
    };
    const running = runOnWorkers([planned({}, null, 3)], { ...shared, slots: 1, observer });
    await expect(running).rejects.toThrow(/refuses a command: OOM/);
    await expect(running).rejects.toThrow(TroubleError);
  });
});

describe('what comes from the queue', () => {
  test.each([{ id: 'another' }, { seed: 99 }, { artifacts: '..' }])(
    'is no record of an attempt when it has %o in place of its own',
    async (instead) => {
      start('first', { instead });
      const { run } = await runOnWorkers([planned()], shared);
      const message = 'worker first returned the record of another attempt';
      expect(await storedAttempts(run.id)).toMatchObject([
        { id: `${run.id}-0001`, code: 'harness-error', cause: { message } },
      ]);
    },
  );

  test.each(['..', '../..', 'a/b', ''])('is no attempt when its id or its run is "%s"', (id) => {
    const data = {
      runId: '20260101-000000-abcdef',
      id: '20260101-000000-abcdef-0001',
      seed: 1,
      cell: planned().cell,
      captures: null,
    };
    expect(jobDataSchema.safeParse(data).success).toBe(true);
    expect(jobDataSchema.safeParse({ ...data, id }).success).toBe(false);
    expect(jobDataSchema.safeParse({ ...data, runId: id }).success).toBe(false);
  });

  test('is removed with its queue when its run was not resumed within a day, also that of another release', async () => {
    const link = await FleetLink.open(redis.url, () => {});
    onTestFinished(() => link.close());
    const { cell } = planned();
    const day = 24 * 3_600_000;
    const add = async (version: string, age: number) => {
      const need = needOf(cell, { version, facts: 'any' });
      await link.addNeed(need);
      const data = { runId: 'gone', id: 'gone-0001', seed: 1, cell, captures: null };
      const queue = link.queue(need);
      await queue.add('attempt', data, { jobId: 'one', timestamp: Date.now() - age });
      await queue.add('attempt', data, { jobId: 'two', timestamp: Date.now() - age });
      const taker = link.taker(need, 60_000, 'once');
      const job = await taker.getNextJob('token', { block: false });
      await job?.moveToCompleted({}, 'token', false);
      const ended = queue.toKey('completed');
      await redis.client.zadd(ended, `${Date.now() - age}`, `${await redis.client.zrange(ended, '0', '0')}`);
    };
    await add('0.0.9', day + 60_000);
    await add('0.1.0', day - 60_000);
    start('first');
    await until(async () => (await link.needs()).length === 1);
    expect(await link.needs()).toEqual([needOf(cell, { version: '0.1.0', facts: 'any' })]);
    expect(await link.queue(needOf(cell, { version: '0.0.9', facts: 'any' })).getJobCountByTypes()).toBe(0);
    expect(await link.queue(needOf(cell, { version: '0.1.0', facts: 'any' })).getJobCountByTypes()).toBe(2);
  });
});

describe('a run that is cut off', () => {
  test('for more than a day has no attempt made', async () => {
    const link = await FleetLink.open(redis.url, () => {});
    onTestFinished(() => link.close());
    const worker = start('first');
    await until(async () => (await link.workers()).length === 1);
    await sleep(500);
    const { cell } = planned();
    const need = needOf(cell, { version: 'test', facts: baseFacts() });
    await link.addNeed(need);
    const data = { runId: 'gone', id: 'gone-0001', seed: 1, cell, captures: null };
    await link.queue(need).add('attempt', data, { jobId: 'one', timestamp: Date.now() - 25 * 3_600_000 });
    await until(async () => (await link.queue(need).getJob('one')) === undefined);
    expect(worker.lines).toEqual(['serving']);
  });

  test('takes back what waits and records what is under way as interrupted, and --resume makes the rest', async () => {
    const slow = start('slow', { attemptMs: 60_000 });
    const stop = new AbortController();
    const plan = [planned({}, null, 4)];
    const running = runOnWorkers(plan, { ...shared, signal: stop.signal });
    await until(isUnderWay);
    stop.abort();
    const { run, exit } = await running;
    expect(exit).toBe(exitCode.trouble);
    expect((await storedAttempts(run.id)).map(({ code }) => code)).toEqual(['interrupted']);
    slow.signal('SIGTERM');
    start('second');
    const store = await openStore();
    const kept = await store.plannedCells.ofRun(run.id);
    await store.close();
    const resumed = await runOnWorkers(kept, { ...shared, resumed: run });
    expect(resumed.run.id).toBe(run.id);
    expect(resumed.cells).toMatchObject([{ made: 5, lost: 1, planned: 4 }]);
  });
});

describe('a queue that cannot be used', () => {
  const open = (url: string) => FleetLink.open(url, () => {});

  test.each(['localhost:6379', 'http://localhost:6379', 'redis://', 'redis://host/db', 'redis://:1%w@host'])(
    '%s is refused',
    async (url) => {
      await expect(open(url)).rejects.toThrow(InputError);
    },
  );

  test('a message about an address has no password', async () => {
    await expect(open('http://me:se@cret@localhost')).rejects.toThrow(/^--queue http:\/\/localhost: /);
    await expect(open('http://localhost?password=secret')).rejects.toThrow(/^--queue http:\/\/localhost: /);
  });

  test('nothing that listens there is trouble', async () => {
    await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(TroubleError);
  });

  test.each([
    ['a part of a cluster', ['--cluster-enabled', 'yes', '--cluster-port', busPort], /part of a cluster/],
    ['a replica', ['--replicaof', '127.0.0.1', '1'], /a replica, which takes no writes/],
  ])('%s is bad input', async (_what, settings, message) => {
    const { url } = await startPrivateRedis(settings);
    await expect(open(url)).rejects.toThrow(message);
    await expect(open(url)).rejects.toThrow(InputError);
  });

  test('a refused password and a server that may drop jobs are bad input', async () => {
    const strict = await startPrivateRedis(['--requirepass', 'right']);
    await expect(open(strict.url)).rejects.toThrow(/refuses user or password/);
    await expect(open(strict.url.replace('//', '//:wrong@'))).rejects.toThrow(InputError);
    const right = await open(strict.url.replace('//', '//:right@'));
    await right.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await right.close();
    await expect(open(strict.url.replace('//', '//:right@'))).rejects.toThrow(/allkeys-lru.*set noeviction/);
  });

  test('one that may drop locks when its memory is full is used with a warning: attempts stay, and their locks do not', async () => {
    const { url, client } = await startPrivateRedis(['--maxmemory-policy', 'volatile-lru', '--maxmemory', '100mb']);
    const said: string[] = [];
    const link = await FleetLink.open(url, (line) => said.push(line));
    onTestFinished(() => link.close());
    expect(said).toEqual([expect.stringMatching(/^with its maxmemory-policy volatile-lru .*set noeviction$/)]);
    const need = needOf(planned().cell, { version: 'test', facts: 'any' });
    await link.queue(need).add('attempt', {}, { jobId: 'one' });
    await link.taker(need, 60_000, 'worker').getNextJob('token', { block: false });
    expect(await client.keys('*:lock')).toHaveLength(1);
    await client.config('SET', 'maxmemory', '1');
    await expect(client.set('more', 'x')).rejects.toThrow(/OOM/);
    expect(await client.keys('*:lock')).toEqual([]);
    expect(await client.keys('*:one')).toHaveLength(1);
  });

  test.each([
    ['noeviction', '1gb'],
    ['volatile-lru', '0'],
  ])('one that drops nothing, with %s and a limit of %s, is used without a warning', async (policy, limit) => {
    const { url } = await startPrivateRedis(['--maxmemory-policy', policy, '--maxmemory', limit]);
    const said: string[] = [];
    const link = await FleetLink.open(url, (line) => said.push(line));
    await link.close();
    expect(said).toEqual([]);
  });
});
