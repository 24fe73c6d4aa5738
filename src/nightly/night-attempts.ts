import { join } from 'node:path';
import { cellKey } from '../contracts/cell-key.ts';
import { home } from '../contracts/home.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { Night, RunStep } from '../contracts/nightly.ts';
import type { CellReport, PlannedCell, RunInfo } from '../contracts/run.ts';
import { type ReportSource, storeSource } from '../report/report-source.ts';
import type { Store } from '../store/open-store.ts';
import { StoreRecorder } from '../store/store-recorder.ts';
import { saysNothing } from '../words/cell-summary.ts';
import type { MadeAttempts } from './plan-night.ts';

export function runStepsOf({ steps }: Pick<Night, 'steps'>): RunStep[] {
  return steps.filter((step) => step.step === 'run');
}

/** The cells of steps with the attempts of their runs, without those that were interrupted or lost with their worker: they are made again. */
export async function* nightCells(store: Store, steps: readonly RunStep[]): AsyncGenerator<CellReport> {
  for (const { cells, runs } of steps) {
    for (const { cell, expectation } of cells) {
      const made = await Promise.all(
        runs.map((runId) => Array.fromAsync(store.attempts.read({ runId, ...cell }), ({ attempt }) => attempt)),
      );
      const attempts = made.flat().filter((attempt) => !saysNothing(attempt));
      const surprise = attempts.some((attempt) => isSurprise(expectation, attempt));
      yield { ...cell, expectation, surprise, attempts };
    }
  }
}

export async function madeAttempts(store: Store, steps: readonly RunStep[]): Promise<MadeAttempts> {
  const made = new Map<string, number>();
  for await (const cell of nightCells(store, steps)) made.set(cellKey(cell), cell.attempts.length);
  return made;
}

/** All attempts of a night as those of one run. */
export interface NightRun {
  run: RunInfo;
  plan: PlannedCell[];
  source: ReportSource;
}

/** @returns null when no run of the night began. @param missing what the run lacks, one sentence each. */
export async function runOfNight(store: Store, night: Night, missing: readonly string[]): Promise<NightRun | null> {
  const steps = runStepsOf(night);
  const runs = steps.flatMap((step) => step.runs);
  const [firstRun] = runs;
  const first = firstRun === undefined ? null : await store.runs.get(firstRun);
  if (!first) return null;
  const { id, startedAt, seed } = night;
  const finished = { id, startedAt, seed, finishedAt: new Date().toISOString(), machine: first.run.machine };
  const plan = steps.flatMap(({ cells }) => cells);
  const folderOf = (attempt: string) => home('runs', runs.find((run) => attempt.startsWith(`${run}-`)) ?? '');
  const stored = storeSource(
    store,
    new StoreRecorder(store),
    (_run, attempt) => attempt.artifacts && join(folderOf(attempt.id), attempt.artifacts),
  );
  return {
    run: missing.length > 0 ? { ...finished, missing: [...missing] } : finished,
    plan,
    source: {
      ...stored,
      plan: async () => plan,
      cells: () => nightCells(store, steps),
      history: () => stored.history(first.run),
      before: () => stored.before(first.run),
    },
  };
}
