import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { noTimes, type QueueCounts } from '../../../src/contracts/fleet-counts.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import { Exporter } from '../../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../../src/exporter/service-reads.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { StoreRecorder } from '../../../src/store/store-recorder.ts';
import { exampleCells, playRun } from '../../fixtures/example-run.ts';
import { findPrometheus } from '../../support/find-prometheus.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { startTestService, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const rules = join(packageRoot, 'dashboards', 'rules');

test('the rules are valid and every one of their tests holds', async () => {
  const { promtool } = await findPrometheus();
  const files = readdirSync(join(rules, 'tests')).map((file) => join(rules, 'tests', file));
  await promisify(execFile)(promtool, ['check', 'rules', join(rules, 'recording.yml'), join(rules, 'alerts.yml')]);
  const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', ...files]);
  expect(stdout.match(/SUCCESS/g)).toHaveLength(files.length);
});

/** What promtool says of a text, and nothing when it finds nothing. */
async function complaints(text: string): Promise<string> {
  const { promtool } = await findPrometheus();
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : `ended with ${status}: ${stdout}${stderr}`;
}

test('promtool has nothing to say about the metrics of an instance that shows its sessions one by one', async () => {
  const database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
  const { service } = await startTestService({ database, openHost: instantHosts(), sessionDetail: 5 });
  const { id: workspace } = await service.workspaces.create('W');
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await untilStatus(service, ids, 'connected');
  const text = await service.metrics.registry.metrics();
  expect(text).toContain('wwebjs_session_detail{');
  expect(await complaints(text)).toBe('');
  await service.stop();
});

test('promtool has nothing to say about the metrics of a store', async () => {
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  await playRun(exampleCells(), [new StoreRecorder(store)]);
  const database = await openDatabase<ExportedTables>(`sqlite:${store.file}`);
  const queue: QueueCounts = {
    ...{ schema: 1, facts: 'own', version: '0.1.0', target: 'replica', browser: 'current', library: '1.34.7' },
    attempts: { waiting: 3, delayed: 0, running: 1, stalled: 0 },
    ...{ workers: 1, wait: noTimes(), run: noTimes(), lost: 0 },
  };
  const readFleet = async () => ({ queues: [queue], slots: { busy: 1, free: 1 } });
  const { text } = await new Exporter(store, database, () => {}, undefined, undefined, readFleet).read();
  expect(text).toContain('wwebjs_queue_wait_seconds_bucket{');
  expect(await complaints(text)).toBe('');
  await database.close();
  await store.close();
});
