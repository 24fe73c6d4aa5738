import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Exporter } from '../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../src/exporter/service-reads.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { whileNoneReads } from '../../src/store/reading.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { exampleCells, exampleRun, playRun } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function storeWithTwoRuns(): Promise<{ store: Store; file: string }> {
  const folder = temporaryFolder();
  const file = join(folder, 'store.sqlite');
  const store = await openStore(file);
  for (const [id, startedAt] of [
    ['run-old', '2026-01-01T00:00:00.000Z'],
    ['run-new', '2026-11-20T00:00:00.000Z'],
  ] as const) {
    await playRun(exampleCells(), [new StoreRecorder(store, folder)], { run: { ...exampleRun, id, startedAt } });
  }
  return { store, file };
}

/** The figures of an exporter that is started now. */
async function metrics(file: string): Promise<string> {
  const store = await openStore(file);
  const database = await openDatabase<ExportedTables>(`sqlite:${file}`);
  const exporter = new Exporter(store, database, (error) => {
    throw error;
  });
  const { text } = await exporter.read();
  await database.close();
  await store.close();
  return text;
}

const counters = (text: string, name: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .sort();

test('runs are removed whole, and stay counted in the metrics of an exporter that starts later', async () => {
  const { store, file } = await storeWithTwoRuns();
  const before = await metrics(file);
  await store.retained.remove(['run-old']);
  expect(await store.runs.get('run-old')).toBeNull();
  expect(await Array.fromAsync(store.attempts.read({ runId: 'run-old' }))).toEqual([]);
  expect(await store.plannedCells.ofRun('run-old')).toEqual([]);
  expect(await Array.fromAsync(store.attempts.read({ runId: 'run-new' }))).toHaveLength(4);
  const after = await metrics(file);
  for (const name of [
    'wwebjs_canary_attempts_total',
    'wwebjs_canary_phase_duration_seconds_count',
    'wwebjs_canary_last',
  ]) {
    expect(counters(before, name).length).toBeGreaterThan(0);
    expect(counters(after, name)).toEqual(counters(before, name));
  }
  expect(await store.retained.removedUntil()).toBe('2026-11-22T07:55:01.000Z');
  await store.close();
});

test('what is removed twice adds up', async () => {
  const { store, file } = await storeWithTwoRuns();
  const before = await metrics(file);
  await store.retained.remove(['run-old']);
  await store.retained.remove(['run-new']);
  const name = 'wwebjs_canary_attempts_total';
  expect(counters(await metrics(file), name)).toEqual(counters(before, name));
  await store.close();
});

test('a run that may still go on, and the plan of the schedule, are not offered for removal', async () => {
  const { store } = await storeWithTwoRuns();
  const now = Date.parse('2026-11-22T12:00:00.000Z');
  await store.runs.add({ ...exampleRun, id: 'going-on', startedAt: '2026-11-22T11:00:00.000Z' });
  await store.runs.add({ ...exampleRun, id: 'cut-off', startedAt: '2026-11-01T11:00:00.000Z' });
  await store.schedules.hold('me', 1000, 0, 1000);
  await store.schedules.end('me', 'as-expected', 'run-old', 1);
  expect((await store.retained.runs(now)).map(({ id }) => id)).toEqual(['cut-off', 'run-new']);
  expect(await store.retained.unfinished(now)).toEqual(['going-on']);
  await store.close();
});

function reader(file: string) {
  const path = fileURLToPath(new URL('./reading-child.ts', import.meta.url));
  const child = spawn(process.execPath, [path, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
  return { child, lines, isReading: once(child.stdout, 'data'), hasEnded: once(child, 'exit') };
}

test('nothing is removed in the middle of a read by another process, which sees all of its run', async () => {
  const { store, file } = await storeWithTwoRuns();
  const { lines, isReading, hasEnded } = reader(file);
  await isReading;
  const remove = () => store.retained.remove(['run-old']);
  expect(await whileNoneReads(file, 0, remove)).toBeNull();
  expect(await store.runs.get('run-old')).not.toBeNull();
  // The second time it waits until the reader is done.
  await whileNoneReads(file, 60_000, remove);
  expect(await store.runs.get('run-old')).toBeNull();
  await hasEnded;
  expect(lines).toEqual(['reading', '4']);
  await store.close();
});

test('a reader that is killed holds nothing', async () => {
  const { store, file } = await storeWithTwoRuns();
  const { child, isReading, hasEnded } = reader(file);
  await isReading;
  child.kill('SIGKILL');
  await hasEnded;
  expect(await whileNoneReads(file, 5_000, async () => 'removed')).toBe('removed');
  await store.close();
});
