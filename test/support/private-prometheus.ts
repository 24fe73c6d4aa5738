import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import { findPrometheus } from './find-prometheus.ts';
import { until } from './test-service.ts';

export interface PrivatePrometheus {
  /** Instant query: the samples, each with its labels and value. */
  query(expr: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  stop(): Promise<void>;
}

/**
 * A Prometheus with the project's rules and an Alertmanager that tells `webhook`, on free ports. It asks every second, and
 * alerts wait two seconds where they wait minutes in production; nothing else of the rules is changed.
 */
export async function startPrivatePrometheus(
  folder: string,
  targets: Record<string, string>,
  webhook: string,
): Promise<PrivatePrometheus> {
  const programs = await findPrometheus();
  const [port, alertPort] = [await freePort(), await freePort()];
  const rules = join(folder, 'rules');
  mkdirSync(rules, { recursive: true });
  for (const file of ['recording.yml', 'alerts.yml']) {
    const text = readFileSync(join(packageRoot, 'dashboards', 'rules', file), 'utf8');
    writeFileSync(join(rules, file), text.replace(/^(\s+for:) \d+[mh]$/gm, '$1 2s'));
  }
  const jobs = Object.entries(targets).map(([name, target]) => ({
    job_name: name,
    static_configs: [{ targets: [target] }],
  }));
  // Both read YAML, of which JSON is a part.
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: {
        scrape_interval: '1s',
        evaluation_interval: '1s',
        external_labels: { runbooks: 'https://example.org/runbooks' },
      },
      rule_files: [join(rules, '*.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertPort}`] }] }] },
      scrape_configs: jobs,
    }),
  );
  writeFileSync(
    join(folder, 'alertmanager.yml'),
    JSON.stringify({
      route: { receiver: 'test', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
      receivers: [{ name: 'test', webhook_configs: [{ url: webhook, send_resolved: true }] }],
    }),
  );
  const children = [
    start(programs.alertmanager, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertPort}`,
      '--cluster.listen-address=',
    ]),
    start(programs.prometheus, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'series')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]),
  ];
  const url = `http://127.0.0.1:${port}`;
  await until('Prometheus and Alertmanager answer', () => isReady(url, `http://127.0.0.1:${alertPort}`), 30_000);
  return {
    async query(expr) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const answer = (await response.json()) as { status: string; error?: string; data: { result: [] } };
      if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
      return answer.data.result;
    },
    async stop() {
      await Promise.all(children.map(end));
    },
  };
}

function start(program: string, args: string[]): ChildProcess {
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function isReady(...urls: string[]): Promise<boolean> {
  const answers = await Promise.all(
    urls.map((url) =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  );
  return answers.every(Boolean);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
