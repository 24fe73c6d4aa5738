import type { Generated, GeneratedAlways } from 'kysely';
import type { Blame, Outcome, Phase, Target } from '../contracts/outcome.ts';

/** The columns that every row about a cell has. */
export interface CellColumns {
  library: string;
  build: string;
  browser: string;
  flow: string;
  condition: string;
  target: Target;
}

export interface RunRow {
  id: string;
  started_at: string;
  finished_at: string | null;
  interrupted: number;
  seed: number;
  machine: string;
}

export interface PlannedCellRow extends CellColumns {
  run_id: string;
  position: number;
  repeat: number;
  expectation: string | null;
}

export interface AttemptRow extends CellColumns {
  seq: Generated<number>;
  id: string;
  run_id: string;
  started_at: string;
  outcome: Outcome;
  phase: Phase | null;
  code: string | null;
  blame: Blame | null;
  duration_ms: number;
  phases: string;
  record: string;
  ready_ms: GeneratedAlways<number | null>;
}

/** The tables of `sql/`, for Kysely. */
export interface Tables {
  runs: RunRow;
  planned_cells: PlannedCellRow;
  attempts: AttemptRow;
}
