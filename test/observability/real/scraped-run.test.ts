import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderDashboards } from '../../../dashboards/generate.ts';
import { home, packageRoot } from '../../../src/contracts/home.ts';
import { serveMetrics } from '../../../src/exporter/serve-metrics.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import { cli } from '../../cli/cli.ts';
import { lightHosts } from '../../support/light-host.ts';
import { onBuild } from '../../support/on-build.ts';
import { type PrivatePrometheus, startPrivatePrometheus } from '../../support/private-prometheus.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A real library that really fails on this build, one that works, and a service with one number linked and restored. */
const build = '2.3000.1029241508';
const failing = ['--library', '1.25.0', '--build', build, '--browser', 'current'];
const folder = temporaryFolder();
const closing: (() => Promise<unknown>)[] = [];
const news: { alert: string; status: string; library: string | undefined; page: string }[] = [];
let prometheus: PrivatePrometheus;
/** Links one more number, and waits until it is connected. */
let linkAnother: (number: string) => Promise<void>;

interface AlertmanagerNews {
  alerts: {
    status: string;
    labels: { alertname: string; library?: string };
    annotations: { runbook_url: string };
  }[];
}

beforeAll(async () => {
  for (const shared of ['browsers', 'libraries']) {
    mkdirSync(home(shared), { recursive: true });
    symlinkSync(home(shared), join(folder, shared));
  }
  const receiver = createServer(async (request, response) => {
    const { alerts } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as AlertmanagerNews;
    for (const { status, labels, annotations } of alerts) {
      news.push({ alert: labels.alertname, status, library: labels.library, page: annotations.runbook_url });
    }
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  closing.push(async () => receiver.close());

  const watching = await startWatch();
  const service = await serviceWithOneNumber();
  const metrics = await serveMetrics({ host: '127.0.0.1', port: 0 }, async () => {
    const { registry } = service.metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  });
  closing.push(() => metrics.close());
  const targets = { 'wwebjs-canary-watch': hostOf(watching), 'wwebjs-canary-service': hostOf(metrics.url) };
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  prometheus = await startPrivatePrometheus(folder, targets, webhook);
  closing.push(() => prometheus.stop());
}, 300_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** The schedule makes the real run: one version works, one does not. Nothing is expected to fail. */
async function startWatch(): Promise<string> {
  const args = [
    'watch',
    '--every',
    '10m',
    '--port',
    '0',
    '--library',
    '1.25.0,1.34.7',
    '--build',
    build,
    '--browser',
    'current',
    '--flow',
    'qr-to-ready',
  ];
  const child = spawn(process.execPath, [join(packageRoot, 'src/cli/main.ts'), ...args, '--ignore-expectations'], {
    env: { ...process.env, WWEBJS_CANARY_HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  closing.push(() => ended(child));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(String(line).split('\n')[0] ?? '') as { url: string };
  child.stdout.resume();
  return url;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function serviceWithOneNumber(): Promise<Service> {
  const replica = await startReplica({ build });
  const openHost = onBuild([build], lightHosts({ port: replica.port }));
  const database = `sqlite:${join(folder, 'store.sqlite')}`;
  const first = await startTestService({ database, openHost });
  const { id: workspace } = await first.service.workspaces.create('W');
  const phone = replica.phones.create('15550300001');
  const ids = await linkWith(first.service, workspace, async (qr) => replica.phones.scan(phone.id, qr));
  await untilStatus(first.service, ids, 'connected');
  await first.service.stop();
  const second = await startTestService({
    database,
    openHost,
    folder: first.folder,
    deadlines: { linkMs: 3_000 },
  });
  await untilStatus(second.service, ids, 'connected');
  linkAnother = async (number) => {
    const other = replica.phones.create(number);
    const more = await linkWith(second.service, workspace, async (qr) => replica.phones.scan(other.id, qr));
    await untilStatus(second.service, more, 'connected');
  };
  await linkAnother('15550300002');
  // One without a scan in time.
  await second.service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await second.service.rollouts.create('1.34.7', '1.33.2');
  closing.push(() => replica.close());
  closing.push(() => second.service.stop());
  return second.service;
}

const hostOf = (url: string) => new URL(url).host;
const toldOf = (alert: string, status: string) => news.filter((one) => one.alert === alert && one.status === status);

test('an alert about the real failure reaches a person, and no alert about what works', async () => {
  await until('the alert was sent', () => toldOf('WwebjsCellUnexpected', 'firing').length > 0, 120_000);
  expect(toldOf('WwebjsCellUnexpected', 'firing')).toEqual([
    {
      alert: 'WwebjsCellUnexpected',
      status: 'firing',
      library: '1.25.0',
      page: 'https://example.org/runbooks/cell-unexpected.md',
    },
  ]);
  const others = new Set(news.map(({ alert }) => alert));
  others.delete('WwebjsCellUnexpected');
  expect([...others]).toEqual([]);
});

/** Nothing of this happens in the scraped run: that these show data is in `quiet-panels.test.ts`. */
const emptyPanels = new Set([
  'Wait for a person',
  'Changed since yesterday',
  'Families at their limit',
  'Loss of the candidate, with its interval',
  'Leases',
  'Hosts by version',
  'Failed calls of methods per hour',
  'Calls of methods that failed, by build',
  'Requests per second by status',
  'Requests per second by route',
  'Duration of requests by route, p95',
  'Connections to the database',
  'Attempts in the queue',
  'Attempts in the queue over time',
  'Time left',
  'Slots of the workers',
  'Attempts ended per minute',
  'Wait in the queue',
  'Time on a worker',
  'Attempts lost with their worker',
  'Queues without a worker',
  'Build of the live site',
  'Age of what is known',
  'Drift and failed looks',
  'What the newest build takes from versions',
  'Live accounts',
  'What WhatsApp did to live accounts',
  'Phone not opened for',
]);

test('every query of every dashboard is understood by Prometheus and shows data', async () => {
  const { exit, stderr } = await cli(['gate', '--baseline', '1.25.0', '--candidate', '1.34.7'], folder);
  expect(exit, stderr).toBe(2);
  // Rates need two samples, recorded ones another evaluation.
  await sleep(5_000);
  const empty: string[] = [];
  for (const text of Object.values(renderDashboards())) {
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const all = expr
          .replaceAll(/\$(library|build|workspace)/g, '.*')
          .replaceAll('$__range', '1h')
          .replaceAll('$__rate_interval', '1m');
        const samples = await prometheus.query(all);
        if (samples.length === 0) empty.push(title);
      }
    }
  }
  expect([...new Set(empty)].filter((title) => !emptyPanels.has(title))).toEqual([]);
});

test('what the service and the exporter both counted is there once', async () => {
  const ready = 'wwebjs_link_attempts_total{outcome="ready"}';
  const byJob = async (expr: string) =>
    Object.fromEntries(
      (await prometheus.query(`sum by (job) (${expr})`)).map(({ metric, value }) => [metric.job, Number(value[1])]),
    );
  const restored = 'wwebjs_session_restorations_total{outcome="ready"}';
  expect(await byJob(ready)).toEqual({ 'wwebjs-canary-watch': 2, 'wwebjs-canary-service': 1 });
  expect(await byJob(restored)).toEqual({ 'wwebjs-canary-watch': 1, 'wwebjs-canary-service': 1 });

  await linkAnother('15550300003');
  // An exporter tells of what is some seconds old.
  await until('both counted the link', async () => (await byJob(ready))['wwebjs-canary-watch'] === 3, 30_000);
  expect(await byJob(`increase(${ready.replace('}', '}[1h]')})`)).toEqual({
    'wwebjs-canary-watch': expect.closeTo(1, 0),
    'wwebjs-canary-service': expect.closeTo(1, 0),
  });
  const recorded = async (links = 'link_attempts') =>
    prometheus.query(`3600 * wwebjs:${links}:rate1h{outcome="ready"}`);
  await until('the link is recorded', async () => Number((await recorded())[0]?.value[1]) > 0, 30_000);
  expect((await recorded()).map(({ value }) => Number(value[1]))).toEqual([expect.closeTo(1, 0)]);
  const byBuild = await recorded('build_link_attempts');
  expect(byBuild.map(({ metric, value }) => [metric.library, metric.build, Number(value[1])])).toEqual([
    ['1.34.7', build, expect.closeTo(1, 0)],
  ]);
});

test('when the cell is as expected again, the end is sent', async () => {
  const { exit } = await cli(['run', ...failing, '--reporter', 'list'], folder);
  expect(exit).toBe(0);
  await until('the end was sent', () => toldOf('WwebjsCellUnexpected', 'resolved').length > 0, 60_000);
});
