import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { runDiffSchema } from '../../src/contracts/run-diff.ts';
import { compareRuns } from '../../src/report/compare-runs.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../../src/words/cell-summary.ts';
import { cli } from '../cli/cli.ts';
import {
  type ExampleCell,
  exampleCells,
  exampleRun,
  failedAttempt,
  infraAttempt,
  passedAttempt,
  planned,
  playRun,
} from '../fixtures/example-run.ts';
import { reportRun } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const summary = (...attempts: Attempt[]) => attempts.reduce(withAttempt, plannedSummary(planned()));
const run = (...cells: CellSummary[]) => ({ run: exampleRun, cells });
const changesOf = (before: CellSummary[], after: CellSummary[]) =>
  compareRuns(run(...before), run(...after)).changes.map(({ change }) => change);
const otherCause = { message: 'x is not a function', module: 'WAWebOther', evidence: [] };

test.each([
  ['passes in both', passedAttempt(), passedAttempt(), []],
  ['fails in both for the same reason', failedAttempt(), failedAttempt(), []],
  ['passed and fails now', passedAttempt(), failedAttempt(), ['broke']],
  ['failed and passes now', failedAttempt(), passedAttempt(), ['mended']],
  ['fails with another code', failedAttempt(), failedAttempt({ code: 'no-qr' }), ['code']],
  ['fails for another reason', failedAttempt(), failedAttempt({ cause: otherCause }), ['cause']],
  ['was spoiled', passedAttempt(), infraAttempt(), ['outcome']],
] as const)('a cell that %s', (_what, before, after, changes) => {
  expect(changesOf([summary(before)], [summary(after)])).toEqual(changes);
});

test('a cell that only one run attempted is new or gone; one that was only planned is none', () => {
  expect(changesOf([], [summary(passedAttempt())])).toEqual(['new']);
  expect(changesOf([summary(passedAttempt())], [plannedSummary(planned())])).toEqual(['gone']);
  expect(changesOf([plannedSummary(planned())], [])).toEqual([]);
});

const timed = (...readyMs: number[]) => summary(...readyMs.map((ready) => passedAttempt({ phases: { ready } })));
const around = (ms: number) => timed(...Array.from({ length: 12 }, (_, i) => ms + 7 * i));

test('slower and faster are reported beyond noise, and only with enough attempts', () => {
  expect(changesOf([around(1000)], [around(1300)])).toEqual(['slower']);
  expect(changesOf([around(1300)], [around(1000)])).toEqual(['faster']);
  expect(changesOf([around(1000)], [around(1003)])).toEqual([]);
  expect(changesOf([timed(1000, 1001)], [timed(2000, 2001)])).toEqual([]);
});

test('noise is called slower or faster in at most 1 of 100 diffs, over all their cells', () => {
  let seed = 1;
  // Park and Miller's generator: the same numbers on every machine.
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const cells = () =>
    Array.from({ length: 20 }, (_, cell) => {
      const times = Array.from({ length: 10 }, () => passedAttempt({ phases: { ready: 1000 + 200 * random() } }));
      return times.reduce(withAttempt, plannedSummary(planned({ library: `1.0.${cell}` })));
    });
  const alarms = Array.from({ length: 300 }, () => changesOf(cells(), cells())).filter((changes) => changes.length > 0);
  expect(alarms.length).toBeLessThanOrEqual(3 + 3);
});

async function homeWith(...runs: ExampleCell[][]): Promise<string> {
  const home = temporaryFolder();
  const store = await openStore(join(home, 'store.sqlite'));
  for (const [i, cells] of runs.entries()) {
    const run = { ...exampleRun, id: `run-${i}`, startedAt: `2026-11-22T0${i}:00:00.000Z` };
    await playRun(cells, [new StoreRecorder(store, home)], { run });
  }
  await store.close();
  return home;
}

const broken = () => exampleCells().map((cell, i) => (i === 2 ? { ...cell, attempts: [failedAttempt()] } : cell));

test('report diff shows what broke and exits with 1; the other way round it exits with 0', async () => {
  const home = await homeWith(exampleCells(), broken());
  const worse = await cli(['report', 'diff', 'run-0', 'last'], home);
  expect(worse.stdout).toContain(
    'passed before, fails now (1)\n  1.34.7 on 2.3000.1032534684  ✓ 2.7 s  ->  ✗ no-ready',
  );
  expect(worse.stdout).toContain('4 cells compared');
  expect(worse.exit).toBe(1);
  const better = await cli(['report', 'diff', 'last', 'run-0'], home);
  expect(better.stdout).toContain('failed before, passes now (1)');
  expect(better.exit).toBe(0);
});

test('report diff takes JSON reports, and writes JSON and markdown', async () => {
  const folder = temporaryFolder();
  await reportRun('json', join(folder, 'before.json'), exampleCells());
  await reportRun('json', join(folder, 'after.json'), broken());
  const out = `json=${folder}/diff.json,markdown=${folder}/diff.md`;
  const args = ['report', 'diff', join(folder, 'before.json'), join(folder, 'after.json'), '--reporter', out];
  expect(await cli(args)).toMatchObject({ exit: 1, stdout: '' });
  const diff = runDiffSchema.parse(JSON.parse(readFileSync(join(folder, 'diff.json'), 'utf8')));
  expect(diff.changes).toMatchObject([
    { library: '1.34.7', change: 'broke', after: { code: 'no-ready', attempts: 1 } },
  ]);
  expect(readFileSync(join(folder, 'diff.md'), 'utf8')).toContain(
    '| 1.34.7 on 2.3000.1032534684 | passed before, fails now | ✓ 2.7 s |',
  );
});

test('report diff names the runs that there are when it finds none or several', async () => {
  const home = await homeWith(exampleCells(), broken());
  const unknown = await cli(['report', 'diff', 'moon', 'last'], home);
  expect(unknown).toMatchObject({
    exit: 3,
    stderr: 'error: "moon" is neither a JSON report nor a run of the store; its newest are run-1, run-0\n',
  });
  const several = await cli(['report', 'diff', 'run-', 'last'], home);
  expect(several).toMatchObject({ exit: 3, stderr: expect.stringContaining('begins the ids of several runs') });
});

test('the run before is the newest earlier one that planned the same cells', async () => {
  const home = await homeWith(exampleCells(), exampleCells().slice(1), exampleCells());
  const store = await openStore(join(home, 'store.sqlite'));
  const [last, other, first] = await store.runs.newest(3);
  expect((await store.runs.beforeWithSamePlan(last?.run ?? exampleRun))?.run.id).toBe(first?.run.id);
  expect(await store.runs.beforeWithSamePlan(other?.run ?? exampleRun)).toBeNull();
  await store.close();
});
