import type { Generated, GeneratedAlways } from 'kysely';
import type { Drift, RanMethod } from '../contracts/capture.ts';
import type { Blame, Outcome, Phase, Target } from '../contracts/outcome.ts';
import type { VerdictWord } from '../contracts/verdict.ts';

/** The columns that every row about a cell has. */
export interface CellColumns {
  library: string;
  build: string;
  browser: string;
  flow: string;
  condition: string;
  /** As `switchesText` gives it. */
  switches: string;
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

export interface VerdictRow {
  id: Generated<number>;
  at: string;
  baseline: string;
  candidate: string;
  verdict: VerdictWord;
  rule: string;
  record: string;
  /** 0 or 1. */
  narrowed: Generated<number>;
  /** Of what the policy says that it was given by. */
  policy_sha256: Generated<string>;
}

export interface ScheduleRow {
  name: string;
  every_ms: number;
  owner: string | null;
  lease_expires_at: Generated<number>;
  last_due_at: number | null;
  missed: Generated<number>;
  as_expected: Generated<number>;
  unexpected: Generated<number>;
  trouble: Generated<number>;
  cut: Generated<number>;
  last_ended_at: number | null;
  last_run_id: string | null;
}

/** Which command notifies of an unexpected cell, and ends what it began. */
export type SurpriseScope = 'watch' | 'nightly';

export interface SurpriseRow {
  scope: SurpriseScope;
  cell: string;
  since: number;
  run_id: string;
  seen: string;
  over_at: number | null;
  told_begin: Generated<number>;
}

export interface NightRow {
  id: string;
  record: string;
  spent_ms: number;
}

/** `compared` with the build before by the sources of versions, `replayed`: attempted on a replica, `found`: nothing is left to do. */
export type LiveBuildStep = 'compared' | 'replayed' | 'found';

/** Where the page of a build came from: the live site, or files. */
export type BuildSource = 'site' | 'saved';

export interface LiveBuildRow {
  source: BuildSource;
  build: string;
  seen_at: number;
  step: LiveBuildStep;
  finding: string;
  notified_at: number | null;
}

export interface LiveLooksRow {
  id: number;
  looked_at: number;
  answered_at: number | null;
  build: string | null;
  failures: number;
  trouble: string | null;
  next_at: number;
}

export interface LiveDriftRow {
  build: string;
  method: RanMethod;
  kind: Drift['kind'];
  name: string;
  data: string;
  page: string;
  seen_at: number;
}

/** The tables of `sql/`, for Kysely. */
export interface Tables {
  runs: RunRow;
  planned_cells: PlannedCellRow;
  attempts: AttemptRow;
  verdicts: VerdictRow;
  schedules: ScheduleRow;
  surprises: SurpriseRow;
  nights: NightRow;
  live_builds: LiveBuildRow;
  live_looks: LiveLooksRow;
  live_drift: LiveDriftRow;
}
