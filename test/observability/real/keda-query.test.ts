import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/contracts/home.ts';
import { FleetLink } from '../../../src/queue/fleet-link.ts';
import { needOf } from '../../../src/queue/needs.ts';
import { planned } from '../../fixtures/example-run.ts';
import { type PrivatePrometheus, startPrivatePrometheus } from '../../support/private-prometheus.ts';
import { type PrivateRedis, startPrivateRedis } from '../../support/private-redis.ts';
import { until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const file = join(packageRoot, 'deploy', 'kubernetes', 'components', 'keda', 'scaled-object.yaml');
const { query } = parse(readFileSync(file, 'utf8')).spec.triggers[0].metadata as { query: string };

const exporters: ChildProcess[] = [];
let redis: PrivateRedis;
let link: FleetLink;
let prometheus: PrivatePrometheus;

beforeAll(async () => {
  redis = await startPrivateRedis();
  link = await FleetLink.open(redis.url, () => {});
  // Two of them, as while one replaces the other: each attempt counts once all the same.
  const addresses = [await startExporter(), await startExporter()];
  const targets = Object.fromEntries(addresses.map((address, i) => [`exporter-${i}`, new URL(address).host]));
  prometheus = await startPrivatePrometheus(temporaryFolder(), targets, 'http://127.0.0.1:1/');
}, 300_000);

afterAll(async () => {
  await prometheus.stop();
  for (const child of exporters) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await link.close();
});

async function startExporter(): Promise<string> {
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const child = spawn(process.execPath, [main, 'exporter', '--queue', redis.url, '--port', '0'], {
    env: { ...process.env, WWEBJS_CANARY_HOME: temporaryFolder() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  exporters.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line as string).url;
}

const asked = async () => (await prometheus.query(query)).map(({ value: [, text] }) => Number(text));

test('the query of KEDA gives nothing where no queue was ever used', async () => {
  await until('both exporters are scraped', async () => (await prometheus.query('up == 1')).length === 2);
  expect(await asked()).toEqual([]);
});

test('the query of KEDA gives the attempts on the replica that wait or run, of all queues, each once', {
  timeout: 60_000,
}, async () => {
  const of = async (changes: Parameters<typeof planned>[0], attempts: number) => {
    const need = needOf(planned(changes).cell, { version: '0.1.0', facts: 'any' });
    await link.addNeed(need);
    const queue = link.queue(need);
    const jobs = Array.from({ length: attempts }, (_, i) => queue.add('attempt', {}, { jobId: `job-${i}` }));
    await Promise.all(jobs);
    return { queue, taker: link.taker(need, 60_000, 'test') };
  };
  const first = await of({ library: '1.34.7' }, 5);
  await of({ library: '1.25.0' }, 3);
  // Workers of the replica do not make them.
  await of({ target: 'live' }, 4);
  const running = await first.taker.getNextJob('running', { block: false });
  // It waits for an account, and no worker helps.
  const delayed = await first.taker.getNextJob('delayed', { block: false });
  await delayed?.moveToDelayed(Date.now() + 3_600_000, 'delayed');
  await until('the query has 4 + 3 attempts', async () => (await asked())[0] === 7);
  await running?.moveToCompleted({}, 'running', false);
  await until('the one that has ended is gone', async () => (await asked())[0] === 6);
  await first.queue.obliterate({ force: true });
  await until('three are left', async () => (await asked())[0] === 3);
});
