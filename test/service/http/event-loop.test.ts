import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../../src/service/http/routes/routes.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { StoreRecorder } from '../../../src/store/store-recorder.ts';
import { exampleCells, playRun } from '../../fixtures/example-run.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** How long the other process writes, in milliseconds. */
const lockedMs = 4_000;
/** What a busy machine takes for other work; a handler that waits for the lock would take `lockedMs`. */
const allowedDelayMs = 1_500;

let server: TestServer;
let file: string;
const known = { workspace: '', account: '', webhook: '', id: '' };
const homeBefore = process.env.WWEBJS_CANARY_HOME;

beforeAll(async () => {
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  file = join(process.env.WWEBJS_CANARY_HOME, 'store.sqlite');
  const store = await openStore(file);
  await playRun(exampleCells(), [new StoreRecorder(store)]);
  await store.close();
  // As `serve` does it by itself: the tables of the service are in the file of the store.
  server = await startTestServer({ database: `sqlite:${file}`, openHost: silentHosts });
  const made = async (path: string, body: object) => (await server.ask('POST', path, body)).body.id as string;
  known.workspace = await made('/v1/workspaces', { name: 'W' });
  known.account = await made(`/v1/workspaces/${known.workspace}/accounts`, {});
  known.webhook = await made(`/v1/workspaces/${known.workspace}/webhooks`, { url: 'https://example.com/hook' });
  known.id = await made('/v1/rollouts', { baseline: '1.33.2', candidate: '1.34.7' });
});
afterAll(async () => {
  await server.stop();
  if (homeBefore === undefined) delete process.env.WWEBJS_CANARY_HOME;
  else process.env.WWEBJS_CANARY_HOME = homeBefore;
});

/** Another process that holds the write lock of the file until it is killed. */
async function startWriter() {
  const script = `
    const database = new (require('node:sqlite').DatabaseSync)(process.argv[1], { timeout: 15_000 });
    database.exec('begin immediate');
    process.stdout.write('locked');
    process.stdin.resume();`;
  const writer = spawn(process.execPath, ['-e', script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(writer.stdout, 'data');
  return {
    stop: async () => {
      writer.kill('SIGKILL');
      await once(writer, 'exit');
    },
  };
}

/** The longest time in which the event loop did nothing else, in milliseconds, while another process holds the write lock. */
async function delayWhileLocked(requests: () => Promise<{ status: number }>[]) {
  const writer = await startWriter();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const answers = Promise.all(requests());
  await sleep(lockedMs);
  delay.disable();
  await writer.stop();
  const statuses = (await answers).map(({ status }) => status);
  return { delayMs: delay.max / 1e6, statuses };
}

// Readiness tries a write: it says no for as long as the lock is held.
const reads = routes.filter(
  ({ method, answer, path }) => method === 'GET' && answer.media !== 'text/event-stream' && path !== '/readyz',
);
const pathOf = ({ path }: (typeof routes)[number]) =>
  path.replace(/:(\w+)/g, (_, name) => known[name as keyof typeof known]);

test('no read of the API holds the event loop up while another process writes to its database', async () => {
  const { delayMs, statuses } = await delayWhileLocked(() => reads.map((route) => server.ask('GET', pathOf(route))));
  expect(delayMs).toBeLessThan(allowedDelayMs);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

test('no write of the API holds the event loop up while another process writes to its database', async () => {
  const writes = () => [
    server.ask('POST', '/v1/workspaces', { name: 'X' }),
    server.ask('POST', '/v1/workspaces', { name: 'Y' }, { 'idempotency-key': 'once' }),
    server.ask('POST', '/v1/keys', { name: 'X', scope: 'read' }),
    server.ask('PUT', `/v1/workspaces/${known.workspace}/accounts/${known.account}/canary`, { canary: true }),
  ];
  const { delayMs, statuses } = await delayWhileLocked(writes);
  expect(delayMs).toBeLessThan(allowedDelayMs);
  expect(statuses).toEqual([201, 201, 201, 200]);
});

test('the matrix is read while another process writes to the store', async () => {
  const writer = await startWriter();
  const { status, body } = await server.ask('GET', '/v1/matrix');
  await writer.stop();
  expect(status).toBe(200);
  expect(body.cells).toHaveLength(exampleCells().length);
});
