import { cellKey } from '../contracts/cell-key.ts';
import { type CellChangeKind, type ChangedCell, cellChangeKinds, type RunDiff } from '../contracts/run-diff.ts';
import { holm } from '../gate/statistics/holm.ts';
import { mannWhitney } from '../gate/statistics/mann-whitney.ts';
import type { CellSummary } from '../words/cell-summary.ts';
import { causeKey } from './causes.ts';
import type { SummarizedRun } from './report-source.ts';

/** With fewer attempts on a side, no order of their times is rare enough to tell noise from a change. */
export const fewestTimes = 6;

/** Chance that any cell of a diff is called slower or faster by noise alone. */
const noise = 0.01;

interface Pair {
  before: CellSummary | null;
  after: CellSummary | null;
}

/** The cells that one run did differently than another, the worst changes first. */
export function compareRuns(before: SummarizedRun, after: SummarizedRun): RunDiff {
  const pairs = pairUp(before.cells, after.cells);
  const both = pairs.filter((pair): pair is { before: CellSummary; after: CellSummary } => isBoth(pair));
  const timed = both.filter((pair) => [pair.before, pair.after].every(({ readyMs }) => readyMs.length >= fewestTimes));
  const times = timeChanges(timed);
  const changes = pairs.flatMap((pair): ChangedCell[] => {
    const change = changeOf(pair) ?? times.get(pair);
    const { cell } = (pair.after ?? pair.before) as CellSummary;
    return change ? [{ ...cell, change, before: found(pair.before), after: found(pair.after) }] : [];
  });
  return {
    schemaVersion: 1,
    before: before.run,
    after: after.run,
    compared: both.length,
    timed: timed.length,
    changes: changes.sort((a, b) => cellChangeKinds.indexOf(a.change) - cellChangeKinds.indexOf(b.change)),
  };
}

/** True for a change that a person has to look at: exit code 1. */
export function isWorse({ change }: Pick<ChangedCell, 'change'>): boolean {
  return change === 'broke' || change === 'slower';
}

/** A cell that was planned and not attempted is one that the run does not have. */
function pairUp(before: readonly CellSummary[], after: readonly CellSummary[]): Pair[] {
  const made = (cells: readonly CellSummary[]) =>
    new Map(cells.filter(({ outcome }) => outcome !== null).map((summary) => [cellKey(summary.cell), summary]));
  const [old, recent] = [made(before), made(after)];
  return [...new Set([...recent.keys(), ...old.keys()])].map((key) => ({
    before: old.get(key) ?? null,
    after: recent.get(key) ?? null,
  }));
}

function isBoth({ before, after }: Pair): boolean {
  return before !== null && after !== null;
}

function changeOf({ before, after }: Pair): CellChangeKind | undefined {
  if (!before) return 'new';
  if (!after) return 'gone';
  if (before.outcome !== after.outcome) {
    if (before.outcome === 'passed' && after.outcome === 'failed') return 'broke';
    return before.outcome === 'failed' && after.outcome === 'passed' ? 'mended' : 'outcome';
  }
  if (before.code !== after.code) return 'code';
  return causeKey(before) === causeKey(after) ? undefined : 'cause';
}

/** Two one-sided tests per cell, all of them held to one chance of a false alarm. */
function timeChanges(pairs: readonly { before: CellSummary; after: CellSummary }[]): Map<Pair, 'slower' | 'faster'> {
  const tests = pairs.flatMap((pair) => {
    const [before, after] = [ascending(pair.before.readyMs), ascending(pair.after.readyMs)];
    return [
      { pair, change: 'slower' as const, pValue: mannWhitney(before, after).pValue },
      { pair, change: 'faster' as const, pValue: mannWhitney(after, before).pValue },
    ];
  });
  const adjusted = holm(tests.map(({ pValue }) => pValue));
  const sure = tests.filter((_, i) => (adjusted[i] as number) < noise);
  return new Map(sure.map(({ pair, change }) => [pair, change]));
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function found(summary: CellSummary | null): ChangedCell['after'] {
  if (!summary || summary.outcome === null) return null;
  const { outcome, code, cause, passed, made, readyMs } = summary;
  const times = ascending(readyMs);
  const median = times.length === 0 ? null : (times[Math.floor((times.length - 1) / 2)] as number);
  return { outcome, code, cause: cause?.message ?? null, passed, attempts: made, readyMs: median };
}
