import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import {
  exampleCell,
  exampleCells,
  exampleRun,
  failedAttempt,
  passedAttempt,
  planned,
  playRun,
} from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function newStore() {
  const folder = temporaryFolder();
  const store = await openStore(join(folder, 'store.sqlite'));
  return { store, folder, recorder: new StoreRecorder(store, join(folder, 'runs')) };
}

test('a run that was recorded is read back as it was', async () => {
  const { store, recorder } = await newStore();
  const cells = exampleCells();
  await playRun(cells, [recorder]);
  expect(recorder.trouble).toBeNull();
  expect(await store.runs.last()).toEqual({
    run: { ...exampleRun, finishedAt: '2026-11-22T07:56:30.000Z' },
    interrupted: false,
  });
  expect(await store.plannedCells.ofRun(exampleRun.id)).toEqual(cells.map((cell) => cell.planned));
  const read = await Array.fromAsync(store.attempts.read({ runId: exampleRun.id }));
  expect(read.map((stored) => stored.attempt)).toEqual(cells.flatMap((cell) => cell.attempts));
});

test('a record that is added twice is kept once, and a run that goes on is recorded once', async () => {
  const { store, recorder } = await newStore();
  const [attempt, next] = [passedAttempt(), passedAttempt()];
  await playRun([{ planned: planned(), attempts: [attempt] }], [recorder], { interrupted: true });
  await playRun([{ planned: planned(), attempts: [attempt, next] }], [recorder]);
  expect(recorder.trouble).toBeNull();
  const read = await Array.fromAsync(store.attempts.read({ runId: exampleRun.id }));
  expect(read.map((stored) => stored.attempt.id)).toEqual([attempt.id, next.id]);
  expect(await store.plannedCells.ofRun(exampleRun.id)).toHaveLength(1);
  expect(await store.runs.last()).toMatchObject({ interrupted: false });
});

test('an interrupted run keeps its mark', async () => {
  const { store, recorder } = await newStore();
  await playRun(exampleCells(), [recorder], { interrupted: true });
  expect((await store.runs.get(exampleRun.id))?.interrupted).toBe(true);
});

test('attempts of one cell are read apart, page after page, in the order in which they ended', async () => {
  const { store, recorder } = await newStore();
  const attempts = Array.from({ length: 250 }, () => passedAttempt());
  const other = { planned: planned({ library: '1.25.0' }), attempts: [failedAttempt()] };
  await playRun([{ planned: planned(), attempts }, other], [recorder]);
  const read = await Array.fromAsync(store.attempts.read({ runId: exampleRun.id, ...exampleCell() }));
  expect(read.map((stored) => stored.attempt.id)).toEqual(attempts.map((attempt) => attempt.id));
  const later = await Array.fromAsync(store.attempts.read({ afterSeq: read.at(-1)?.seq ?? 0 }));
  expect(later.map((stored) => stored.attempt.id)).toEqual([other.attempts[0]?.id]);
});

test('a record that was changed by hand is refused by its id', async () => {
  const { store, recorder } = await newStore();
  const attempt = passedAttempt();
  await playRun([{ planned: planned(), attempts: [attempt] }], [recorder]);
  const database = new DatabaseSync(store.file);
  database.exec(`update attempts set record = json_set(record, '$.outcome', 'great')`);
  database.close();
  await expect(Array.fromAsync(store.attempts.read({}))).rejects.toThrow(
    new RegExp(`record of attempt ${attempt.id} is not an attempt: outcome`),
  );
});

test('when the store takes no more, attempts go to a file, and the trouble says where', async () => {
  const { store, recorder, folder } = await newStore();
  const kept = passedAttempt();
  const spilled = [failedAttempt(), failedAttempt()];
  await recorder.runStarted(exampleRun, [planned()]);
  await recorder.attemptEnded(planned(), kept);
  breakAttempts(store.file);
  for (const attempt of spilled) await recorder.attemptEnded(planned(), attempt);
  const file = join(folder, 'runs', exampleRun.id, 'attempts-not-in-store.jsonl');
  expect(recorder.trouble?.message).toContain(file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(spilled.map((attempt) => ({ cell: exampleCell(), attempt })));
  expect(recorder.spilledOf(exampleCell())).toEqual(spilled);
  expect(recorder.spilledOf(exampleCell({ library: '1.25.0' }))).toEqual([]);
});

test('when the first folder takes nothing either, the next one does', async () => {
  const { store, folder } = await newStore();
  writeFileSync(join(folder, 'runs'), 'a file where a folder should be');
  const recorder = new StoreRecorder(store, join(folder, 'runs'));
  const run = { ...exampleRun, id: `spill-${process.pid}-${Date.now()}` };
  await recorder.runStarted(run, [planned()]);
  breakAttempts(store.file);
  await recorder.attemptEnded(planned(), failedAttempt());
  const nextFolder = join(tmpdir(), 'wwebjs-canary');
  expect(recorder.trouble?.message).toContain(join(nextFolder, run.id));
  rmSync(nextFolder, { recursive: true });
});

test('a store that takes nothing from the start stops the run before it measures', async () => {
  const { store, recorder } = await newStore();
  const database = new DatabaseSync(store.file);
  database.exec('drop table attempts; drop table planned_cells; drop table runs');
  database.close();
  await expect(Promise.resolve(recorder.runStarted(exampleRun, [planned()]))).rejects.toThrow(TroubleError);
});

/** Makes every later write of an attempt fail, as a damaged store does. */
function breakAttempts(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("create trigger broken before insert on attempts begin select raise(abort, 'no'); end");
  database.close();
}
