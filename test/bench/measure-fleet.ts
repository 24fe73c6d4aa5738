import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { pack, unpack } from '../../src/blobs/archive.ts';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { FolderBlobs } from '../../src/blobs/folder-blobs.ts';
import { defaultSlots } from '../../src/browser/default-slots.ts';
import { type Attempt, attemptSchema } from '../../src/contracts/attempt.ts';
import { home, packageRoot } from '../../src/contracts/home.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { needOf } from '../../src/queue/needs.ts';
import { runPlan } from '../../src/runner/run-plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { exampleRun, planned } from '../fixtures/example-run.ts';
import { LightWorker, runOnWorkers } from '../queue/light-workers.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { canRunS3, startPrivateS3 } from '../support/private-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { endFile } from '../temporary-folders/at-file-end.ts';
import type { Figure } from './figure.ts';
import { type FleetPlan, fleetPlanPage, fleetPlanPicture, type Measured, planFleets } from './fleet/fleet-plan.ts';

/** What the measured attempts do: most pass, and those of the oldest version fail and leave evidence. */
const subjects = [
  ...['qr-to-ready', 'linked-device', 'message-round-trip', 'restore-to-ready'].map((flow) => ({
    ...{ library: '1.34.2', flow },
  })),
  { library: '1.25.0', flow: 'qr-to-ready' },
];

const slots = defaultSlots();

/**
 * Measures every part of a fleet run on this machine, then simulates 100,000 attempts on 4 to 256 workers with these times.
 *
 * @param repeat attempts of each kind.
 * @param isKept writes docs/fleet-plan.md, its picture and what was measured.
 */
export async function fleetPlan(build: string, repeat: number, isKept: boolean): Promise<Figure[]> {
  try {
    const plan = planFleets(await measureFleet(build, repeat));
    if (isKept) keep(plan);
    return figuresOf(plan);
  } finally {
    await endFile();
  }
}

export const measuredFile = join(packageRoot, 'test', 'bench', 'fleet', 'measured.json');

function keep(plan: FleetPlan): void {
  writeFileSync(measuredFile, `${JSON.stringify(plan.measured, null, 2)}\n`);
  writeFileSync(join(packageRoot, 'docs', 'fleet-plan.md'), fleetPlanPage(plan));
  writeFileSync(join(packageRoot, 'docs', 'fleet-plan.svg'), fleetPlanPicture(plan));
}

async function measureFleet(build: string, repeat: number): Promise<Measured> {
  // Of the minute before: what other programs do on this machine.
  const [load = 0] = loadavg();
  const made = await makeAttempts(build, repeat);
  const sample = made.attempts.find(({ artifacts }) => artifacts !== null);
  if (!sample) throw new Error('no attempt left evidence: choose another version');
  const evidence = await timeEvidence(join(made.runFolder, sample.artifacts as string));
  rmSync(made.runFolder, { recursive: true });
  const redis = await startPrivateRedis();
  const info = await redis.client.info('server');
  const queue = await timeQueue(redis.url, sample);
  const light = await timeCoordinator(redis.url);
  const record = light + (await timeRecord(sample));
  return {
    at: new Date().toISOString().slice(0, 10),
    machine: {
      cpus: availableParallelism(),
      load: Math.round(10 * load) / 10,
      node: process.version,
      redis: /^(redis|valkey)_version:(\S+)/m.exec(info)?.slice(1, 3).join(' ') ?? 'Redis',
    },
    slotsPerWorker: slots,
    attempts: made.attempts.map((attempt, i) => ({
      ...{ library: attempt.provenance.requested, flow: made.flows[i] as string },
      ...{ ms: attempt.durationMs, hasEvidence: attempt.artifacts !== null },
    })),
    times: { ...queue, pack: evidence.pack, unpack: evidence.unpack, record },
    stores: evidence.stores,
    recordBytes: JSON.stringify(sample).length,
    evidenceBytes: evidence.bytes,
  };
}

async function makeAttempts(build: string, repeat: number) {
  const plan: PlannedCell[] = subjects.map(({ library, flow }) => ({
    ...{ ...planned({ library, build, flow }), repeat },
  }));
  const attempts: Attempt[] = [];
  const flows: string[] = [];
  const observer = {
    attemptEnded({ cell }: PlannedCell, attempt: Attempt) {
      attempts.push(attempt);
      flows.push(cell.flow);
      process.stderr.write(`attempt ${attempts.length} of ${subjects.length * repeat}: ${attempt.durationMs} ms\n`);
    },
  };
  const { run } = await runPlan(plan, { slots, seed: 1, observers: [observer], say: console.log });
  return { attempts, flows, runFolder: home('runs', run.id) };
}

/** Mean milliseconds of each of `count` works, `atOnce` of them at the same time: what a part that is kept busy needs for one. */
async function meanMs(count: number, atOnce: number, work: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const loop = async () => {
    while (next < count) await work(next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, loop));
  return (performance.now() - start) / count;
}

const works = 400;
const atOnce = 16;

async function timeEvidence(folder: string) {
  const archive = await pack(folder);
  const there = join(temporaryFolder(), 'unpacked');
  const stores: Measured['stores'] = { 'a folder': await timeStore(new FolderBlobs(temporaryFolder()), archive) };
  if (canRunS3()) {
    const s3 = await startPrivateS3();
    stores['S3 (gofakes3, in memory)'] = await timeStore(s3.blobs(), archive);
    await s3.stop();
  }
  return {
    pack: await meanMs(50, 1, () => pack(folder)),
    unpack: await meanMs(50, 1, () => unpack(archive, there)),
    stores,
    bytes: archive.length,
  };
}

async function timeStore(blobs: BlobStore, archive: Buffer) {
  const put = await meanMs(works, atOnce, (i) => blobs.put(`run/${i}.tgz`, archive));
  return { put, get: await meanMs(works, atOnce, (i) => blobs.get(`run/${i}.tgz`)) };
}

/** Adds jobs as a coordinator does, and takes and completes them as a worker does, each as fast as the server does it. */
async function timeQueue(url: string, attempt: Attempt): Promise<Pick<Measured['times'], 'add' | 'take' | 'complete'>> {
  const link = await FleetLink.open(url, console.log);
  try {
    const { cell } = planned();
    const need = needOf(cell, { version: 'bench', facts: 'bench' });
    const queue = link.queue(need);
    const taker = link.taker(need, 60_000, 'bench');
    const data = { runId: 'bench', id: 'bench-0001', seed: 1, cell };
    const add = await meanMs(works, atOnce, (i) => queue.add('attempt', data, { jobId: `bench${i}`, attempts: 1 }));
    const jobs: { moveToCompleted(result: unknown, token: string, next: false): Promise<unknown> }[] = [];
    const take = await meanMs(works, atOnce, async () => {
      const job = await taker.getNextJob('bench', { block: false });
      if (job) jobs.push(job);
    });
    const result = { attempt, worker: 'bench' };
    const complete = await meanMs(works, atOnce, (i) => jobs[i]?.moveToCompleted(result, 'bench', false) ?? fail(i));
    await queue.obliterate({ force: true });
    return { add, take, complete };
  } finally {
    await link.close();
  }
}

function fail(i: number): never {
  throw new Error(`job ${i} was not taken`);
}

/** Processor time of a coordinator for each record of a small attempt, in milliseconds: workers are processes of their own. */
async function timeCoordinator(url: string): Promise<number> {
  const [folder, ownHome] = [temporaryFolder(), process.env.WWEBJS_CANARY_HOME];
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  const shared = { url, folder, lostAfterMs: 30_000 };
  const worker = new LightWorker({ ...shared, name: 'light', slots: 32, attemptMs: 20 });
  try {
    const before = process.cpuUsage();
    await runOnWorkers([planned({}, null, works)], { ...shared, say: () => {} });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / works;
  } finally {
    worker.signal('SIGTERM');
    await worker.exited;
    if (ownHome === undefined) delete process.env.WWEBJS_CANARY_HOME;
    else process.env.WWEBJS_CANARY_HOME = ownHome;
  }
}

/** What the record of a real attempt needs besides: it is read, checked and written. */
async function timeRecord(sample: Attempt): Promise<number> {
  const text = JSON.stringify(sample);
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  try {
    const recorder = new StoreRecorder(store);
    const cell = planned();
    await recorder.runStarted(exampleRun, [cell]);
    return await meanMs(works, 1, async (i) => {
      const attempt = attemptSchema.parse(JSON.parse(text));
      await recorder.attemptEnded(cell, { ...attempt, id: `bench-${i}` });
    });
  } finally {
    await store.close();
  }
}

function figuresOf({ measured, fleets, store }: FleetPlan): Figure[] {
  const plain = (name: string, value: string): Figure => ({ name, value, bar: '', ok: true });
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return [
    ...Object.entries(measured.times).map(([part, time]) => plain(`fleet: ${part}, each`, ms(time))),
    ...Object.entries(measured.stores).map(([name, { put, get }]) =>
      plain(`fleet: evidence into ${name}, out of it`, `${ms(put)}, ${ms(get)}`),
    ),
    ...fleets.map(({ workers, perMinute, loads }) =>
      plain(
        `simulated: ${workers} workers, evidence in ${store}`,
        `${perMinute.toFixed(0)} attempts a minute; busy: slots ${share(loads.slots)}, queue ${share(loads.queue)}, evidence ${share(loads.evidence)}, coordinator ${share(loads.coordinator)}`,
      ),
    ),
  ];
}

const share = (part: number) => `${(100 * part).toFixed(0)} %`;
