import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import type { Night } from '../../src/contracts/nightly.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import { openStore } from '../../src/store/open-store.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { captureText } from '../../src/surface/capture/file-text.ts';
import { type CliResult, cli } from '../cli/cli.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { toyFiles, toyFlow, toyHome, toys } from '../support/toy-project.ts';
import { define, pageOf } from '../surface/capture/tiny-page.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// Each night is several processes, and its attempts are processes too.
vi.setConfig({ testTimeout: 180_000 });

const builds = ['2.3000.1026515401', '2.3000.1029241508', '2.3000.1032534684', '2.3000.1044822804'];
const { works, fails } = toys;

/** A registry of npm that has these versions, and a webhook whose answers may be held back. */
const published = [works, fails, '0.0.3-alpha.0'];
const calls: { event: string; cell?: string }[] = [];
let heldEvent: string | null = null;
let held: ServerResponse | null = null;
const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    const versions = Object.fromEntries(published.map((version) => [version, { name: 'whatsapp-web.js', version }]));
    const answer = { name: 'whatsapp-web.js', versions, 'dist-tags': { latest: fails } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    return;
  }
  const call = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as (typeof calls)[number];
  calls.push(call);
  if (call.event === heldEvent) held = response;
  else response.end();
});
let address = '';
let folder = '';
let project = '';

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  [folder, project] = [await toyHome(), temporaryFolder()];
  vi.stubEnv('npm_config_registry', address);
  vi.stubEnv('npm_config_fetch_retries', '0');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  calls.length = 0;
  [heldEvent, held] = [null, null];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Writes the matrix and `nightly.yaml` of the project. */
function write(libraries: readonly string[], on: readonly string[], lines: string): void {
  const files = toyFiles(libraries, on, `${lines}\nreport: list,json={night}/report.json`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
}

const nightly = (...options: string[]): Promise<CliResult> =>
  cli(['nightly', '--slots', '1', ...options], folder, project);

/** What the folder of the newest night has in `night.json`. */
function newestNight(): Omit<Night, 'steps'> & {
  exitCode: number;
  steps: { name: string; result: string; sentence: string }[];
  left: { cells: string[]; candidates: string[] };
} {
  const [night] = readdirSync(join(folder, 'nightly'))
    .filter((name) => name !== 'lock')
    .sort()
    .slice(-1);
  return JSON.parse(readFileSync(join(folder, 'nightly', night as string, 'night.json'), 'utf8'));
}

/** Everything that was attempted for cells, in the order in which it ended. */
async function attempted(): Promise<string[]> {
  const store = await openStore();
  try {
    const all = await Array.fromAsync(store.attempts.read({}));
    return all.map(({ cell }) => `${cell.library} ${cell.build}`);
  } finally {
    await store.close();
  }
}

/** Starts a night and ends it with a signal when its output has `text`, or when `isReached`. @returns its exit code */
async function endAt(
  signal: NodeJS.Signals,
  text: RegExp,
  isReached = () => false,
  ...options: string[]
): Promise<number | null> {
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const args = [main, 'nightly', '--slots', '1', '--webhook', address, ...options];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  let isSent = false;
  const send = () => {
    if (!isSent) isSent = child.kill(signal);
  };
  child.stderr?.on('data', (piece) => {
    said += String(piece);
    if (text.test(said)) send();
  });
  const watch = setInterval(() => isReached() && send(), 20);
  try {
    const [code] = await ended;
    expect(isSent, said).toBe(true);
    return code;
  } finally {
    clearInterval(watch);
  }
}

/** As `kill -9` does; the folder of an attempt that was under way, which the process could not remove, is removed here. */
async function killAt(text: RegExp, isReached?: () => boolean): Promise<void> {
  await endAt('SIGKILL', text, isReached);
  const left = readdirSync(tmpdir()).filter((name) => /^wwebjs-canary-\w{6}$/.test(name));
  for (const name of left) await rm(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 10 });
}

test('a night that is killed in each of its steps goes on there, attempts no cell again and sends nothing twice', async () => {
  write(
    [works, fails],
    builds.slice(0, 1),
    `budget: 5\nrun: { repeat: 2 }\ngate: { baseline: ${works}, flow: [${toyFlow}] }`,
  );
  await killAt(/^plan: /m);
  await killAt(/^\[2\/4\] /m);
  await killAt(/more attempts of each version are expected/);
  heldEvent = 'unexpected';
  await killAt(/^$/, () => held !== null);
  [heldEvent, held] = ['night', null];
  await killAt(/^$/, () => held !== null);
  const { exit, stdout, stderr } = await nightly('--webhook', address);
  expect(exit, stderr).toBe(1);
  expect(stdout).toMatch(/^Night \S+: not as expected/m);
  const { steps, exitCode, left } = newestNight();
  expect(steps.map(({ name, result }) => `${name}: ${result}`)).toEqual([
    'capture: as expected',
    'plan: as expected',
    'run: not as expected',
    `gate ${fails}: not as expected`,
    'report: as expected',
    'notification: as expected',
  ]);
  expect([exitCode, left]).toEqual([1, { cells: [], candidates: [] }]);
  expect(steps[1]?.sentence).toBe(`2 cells, 1 release newer than ${works}`);
  expect(calls.map(({ event }) => event)).toEqual(['unexpected', 'night']);
  const store = await openStore();
  const report = JSON.parse(readFileSync(join(folder, 'nightly', newestNight().id, 'report.json'), 'utf8'));
  await store.close();
  expect(report.cells.map((cell: { attempts: unknown[] }) => cell.attempts.length)).toEqual([2, 2]);
});

test('what does not fit into the budget is reported and goes first the next night, also without a network', async () => {
  write([works], builds, 'budget: 0.03\nrun: { repeat: 4 }');
  const short = await nightly();
  expect(short.exit, short.stderr).toBe(2);
  const before = (await attempted()).length;
  const { left } = newestNight();
  expect(left.cells.length).toBeGreaterThan(0);
  expect(short.stdout).toMatch(/left for the next night: \d cells?\./);
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
  write([works], builds, 'budget: 5\nrun: { repeat: 4 }\ngate: {}');
  // A night without a plan leaves what the one before it left.
  await killAt(/^night \S+ begins/m);
  const second = await nightly();
  expect(second.exit, second.stderr).toBe(0);
  const { steps } = newestNight();
  expect(steps.find(({ name }) => name === 'plan')?.sentence).toMatch(
    /newer releases are not looked for: npm cannot reach its registry .*; what the last night left goes first$/,
  );
  expect(steps.find(({ name }) => name.startsWith('run'))?.name).toBe('run (left for 1 night)');
  const later = (await attempted()).slice(before);
  expect(later).toHaveLength(builds.length * 4);
  const first = new Set(later.slice(0, left.cells.length * 4));
  expect([...first].sort()).toEqual(left.cells.map((cell) => cell.replace(/ on (\S+) .*/, ' $1')).sort());
});

test('a night that is stopped goes on with the run that the workers of a queue have begun', async () => {
  write([works], builds, 'budget: 5\nrun: { repeat: 3 }');
  const queue = ['--queue', (await startPrivateRedis()).url];
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const options = { cwd: project, stdio: 'ignore' } as const;
  const worker = spawn(process.execPath, [main, 'worker', ...queue, '--slots', '1'], options);
  const workerEnded = once(worker, 'exit');
  try {
    expect(await endAt('SIGINT', /^\[ 2\/12\] /m, () => false, ...queue)).toBe(4);
    const { exit, stderr } = await nightly(...queue);
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain('goes on');
    expect(newestNight().steps.find(({ name }) => name === 'run')?.sentence).toBe(
      '4 of 4 cells, 4 passed, 0 failed: as expected',
    );
    const report = JSON.parse(readFileSync(join(folder, 'nightly', newestNight().id, 'report.json'), 'utf8'));
    expect(report.cells.map((cell: { attempts: unknown[] }) => cell.attempts.length)).toEqual([3, 3, 3, 3]);
  } finally {
    worker.kill('SIGTERM');
    await workerEnded;
  }
});

test('a night that is killed in its gate goes on with the run that the workers of a queue have begun', async () => {
  write([works, fails], builds.slice(0, 1), `budget: 5\ngate: { baseline: ${works}, flow: [${toyFlow}] }`);
  const redis = await startPrivateRedis();
  const queue = ['--queue', redis.url];
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const options = { cwd: project, stdio: 'ignore' } as const;
  const worker = spawn(process.execPath, [main, 'worker', ...queue, '--slots', '1'], options);
  const workerEnded = once(worker, 'exit');
  try {
    let before = 0;
    const looking = setInterval(async () => {
      before = (await attempted()).length;
    }, 50);
    await endAt('SIGKILL', /^$/, () => before > 1, ...queue).finally(() => clearInterval(looking));
    // The worker ends what is in the queue; half a minute later the lease of a process that was killed ends.
    const busy = () => Promise.all(['*:wait', '*:lock'].map((key) => redis.client.keys(key)));
    while ((await busy()).flat().length > 0) await sleep(20);
    await redis.client.del(await redis.client.keys('*:run:*'));
    const { exit, stderr } = await nightly(...queue);
    expect(exit, stderr).toBe(1);
    expect(newestNight().steps.find(({ name }) => name === `gate ${fails}`)?.sentence).toMatch(/^block: /);
    const store = await openStore();
    const [run, another] = await store.runs.newest(2);
    const attempts = await Array.fromAsync(store.attempts.read({}), ({ attempt }) => attempt);
    await store.close();
    expect(another).toBeUndefined();
    expect(attempts.length).toBeGreaterThan(before);
    const numbers = attempts.map((_, i) => `${run?.run.id}-${String(i + 1).padStart(4, '0')}`);
    expect(attempts.map(({ id }) => id).sort()).toEqual(numbers);
  } finally {
    worker.kill('SIGTERM');
    await workerEnded;
  }
});

test("with a queue workers make the attempts on tonight's build in the same run as all others, on the capture of the night", async () => {
  const tonight = '2.3000.1059999999';
  write([works], builds.slice(0, 1), 'budget: 5\ncapture: true\nrun: {}');
  const file = join(folder, 'captures', `${tonight}.json`);
  mkdirSync(dirname(file));
  const page = pageOf({ 'a.js': define('WAWebOnlyTonight', 'l.come = "x"') }, tonight);
  writeFileSync(file, captureText(captureSurface(page, [])));
  const store = await openStore();
  const capture = { file, complete: true, modules: 1, findings: 0 };
  const finding = exampleFinding({ build: tonight, capture });
  await store.liveBuilds.keep({ build: tonight, seenAt: 1, step: 'found', finding });
  // Its looks were at the replica, too.
  mkdirSync(join(folder, 'watch'), { recursive: true });
  writeFileSync(join(folder, 'watch', 'stand-in'), '');
  const replica = await startReplica({ build: tonight, liveScripts: true });
  const certificate = join(project, 'certificate.pem');
  writeFileSync(certificate, replica.certificate);
  const queue = ['--queue', (await startPrivateRedis()).url];
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const worker = spawn(process.execPath, [main, 'worker', ...queue], { cwd: project, stdio: 'ignore' });
  const workerEnded = once(worker, 'exit');
  try {
    const site = ['--connect-to', `127.0.0.1:${replica.port}`, '--trust', certificate];
    const { exit, stderr } = await nightly(...queue, ...site);
    expect(exit, stderr).toBe(0);
    const made = await Array.fromAsync(store.attempts.read({}));
    const sure = Object.fromEntries(made.map(({ cell, attempt }) => [cell.build, attempt.confidence.build]));
    expect(Object.keys(sure).sort()).toEqual([builds[0], tonight]);
    expect(sure[tonight]).not.toBe('assumed');
    expect(new Set(made.map(({ attempt }) => attempt.id.replace(/-\d+$/, ''))).size).toBe(1);
  } finally {
    worker.kill('SIGTERM');
    await workerEnded;
    await replica.close();
    await store.close();
  }
});

test('a mistake in nightly.yaml ends with 3 before anything is made', async () => {
  write([works], builds, 'budget: 5\nruns: {}');
  const { exit, stderr } = await nightly();
  expect(exit).toBe(3);
  expect(stderr).toMatch(/compat-matrix\/nightly\.yaml:3:1: runs: unknown key, did you mean "run"\?/);
  expect(readdirSync(folder)).not.toContain('store.sqlite');
});
