import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import type { PlannedCell, RunInfo } from '../../src/contracts/run.ts';
import { mergeBlobs } from '../../src/report/merge-blobs.ts';
import { type ExampleCell, exampleCells, exampleRun } from '../fixtures/example-run.ts';
import { reportRun } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Writes the two shards of the example run as blobs. */
async function twoShards(cells: readonly ExampleCell[] = exampleCells()): Promise<[string, string]> {
  const folder = temporaryFolder();
  const files: [string, string] = [join(folder, 'one.blob'), join(folder, 'two.blob')];
  for (const [i, file] of files.entries()) {
    const part = cells.filter((_, place) => place % 2 === i);
    const run = { ...exampleRun, id: `run-${i + 1}` };
    await reportRun('blob', file, part, { shard: { index: i + 1, count: 2 }, run: { run } });
  }
  return files;
}

async function merged(files: readonly string[]) {
  const heard: { plan: readonly PlannedCell[]; attempts: Attempt[]; run: RunInfo | null } = {
    plan: [],
    attempts: [],
    run: null,
  };
  await mergeBlobs(
    files,
    [
      {
        runStarted: (_run, plan) => {
          heard.plan = plan;
        },
        attemptEnded: (_planned, attempt) => {
          heard.attempts.push(attempt);
        },
        runEnded: (run) => {
          heard.run = run;
        },
      },
    ],
    temporaryFolder(),
  );
  return heard;
}

async function messageOf(files: readonly string[]): Promise<string> {
  const error = await merged(files).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

test('shards become one run with every cell and every attempt once', async () => {
  const cells = exampleCells();
  const { plan, attempts, run } = await merged(await twoShards(cells));
  const sorted = (values: readonly { id?: string }[]) => values.map((value) => JSON.stringify(value)).sort();
  expect(sorted(plan as never)).toEqual(sorted(cells.map((cell) => cell.planned) as never));
  expect(sorted(attempts)).toEqual(sorted(cells.flatMap((cell) => cell.attempts)));
  expect(run).toMatchObject({ id: 'run-1+run-2', finishedAt: '2026-11-22T07:56:30.000Z' });
});

test('a missing shard is named', async () => {
  const [one] = await twoShards();
  expect(await messageOf([one])).toBe('shard 2/2 is missing; a report without it would be incomplete');
});

test('the same shard twice is refused', async () => {
  const [one] = await twoShards();
  expect(await messageOf([one, one])).toContain('are blobs of the same run run-1');
});

test('a blob that was cut off is named with its line', async () => {
  const [one, two] = await twoShards();
  const text = readFileSync(two, 'utf8');
  writeFileSync(two, text.slice(0, -60));
  expect(await messageOf([one, two])).toMatch(/two\.blob:3: it is not a blob, or it was cut off/);
  writeFileSync(two, text.slice(0, text.trimEnd().lastIndexOf('\n')));
  expect(await messageOf([one, two])).toMatch(/two\.blob: it was cut off after line 3/);
});

test('something else than a blob is refused', async () => {
  const file = join(temporaryFolder(), 'report.json');
  writeFileSync(file, '{"schemaVersion":1}\n');
  expect(await messageOf([file])).toMatch(/report\.json:1: it is not a blob that this version reads: kind/);
  writeFileSync(file, '');
  expect(await messageOf([file])).toMatch(/it is empty/);
  expect(await messageOf(['/no/such.blob'])).toBe('/no/such.blob: there is no such file');
});
