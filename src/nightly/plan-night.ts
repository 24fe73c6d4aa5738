import { cellKey } from '../contracts/cell-key.ts';
import type { GateStep, Night, NightStep, RunStep } from '../contracts/nightly.ts';
import { targets } from '../contracts/outcome.ts';
import type { PlannedCell } from '../contracts/run.ts';

/** Attempts that count, by the key of their cell. */
export type MadeAttempts = ReadonlyMap<string, number>;

/** What of a step is still to be attempted, with the attempts that are missing. */
export function openCells({ cells }: Pick<RunStep, 'cells'>, made: MadeAttempts): PlannedCell[] {
  return cells.flatMap(({ repeat, ...planned }) => {
    const open = repeat - (made.get(cellKey(planned.cell)) ?? 0);
    return open > 0 ? [{ ...planned, repeat: open }] : [];
  });
}

/** What a night did not get to: how many nights each piece has waited, by the key of a cell and by a candidate. */
export interface LeftWork {
  cells: ReadonlyMap<string, number>;
  candidates: ReadonlyMap<string, number>;
}

/** What the last night leaves to the next one. @param made by all runs of the night. */
export function leftOf(night: Night | null, made: MadeAttempts): LeftWork {
  const steps = night?.steps ?? [];
  return {
    cells: new Map(
      steps
        .filter((step) => step.step === 'run')
        .flatMap((step) => openCells(step, made).map(({ cell }) => [cellKey(cell), step.waited + 1] as const)),
    ),
    candidates: new Map(
      steps
        .filter((step) => step.step === 'gate')
        .filter(({ result, isCut }) => result === null || isCut)
        .map(({ candidate, waited }) => [candidate, waited + 1] as const),
    ),
  };
}

/** What a night is to attempt and judge. */
export interface WantedWork {
  cells: readonly PlannedCell[];
  /** Null when nothing is judged. */
  judged: { baseline: string; candidates: readonly string[] } | null;
}

/**
 * The steps for attempts and verdicts: what has waited longest first, and of that the cells before the verdicts. What was left and is
 * no longer wanted is dropped.
 */
export function workSteps({ cells, judged }: WantedWork, left: LeftWork): (RunStep | GateStep)[] {
  const byAge = Map.groupBy(cells, ({ cell }) => left.cells.get(cellKey(cell)) ?? 0);
  const { baseline = '', candidates = [] } = judged ?? {};
  const candidatesByAge = Map.groupBy(candidates, (candidate) => left.candidates.get(candidate) ?? 0);
  const ages = [...new Set([...byAge.keys(), ...candidatesByAge.keys()])].sort((a, b) => b - a);
  return ages.flatMap((waited) => [
    ...targets.flatMap((target): RunStep[] => {
      const its = (byAge.get(waited) ?? []).filter(({ cell }) => cell.target === target);
      return its.length === 0 ? [] : [{ step: 'run', waited, cells: its, runs: [], result: null }];
    }),
    ...(candidatesByAge.get(waited) ?? []).map(
      (candidate): GateStep => ({ step: 'gate', waited, baseline, candidate, isCut: false, result: null }),
    ),
  ]);
}

/** The steps of a night whose work is not planned yet. */
export function firstSteps(): NightStep[] {
  return [
    { step: 'capture', file: null, result: null },
    { step: 'plan', result: null },
    { step: 'report', result: null },
    { step: 'notification', sending: false, result: null },
  ];
}
