import { attemptCodes } from '../codes/codes.ts';
import { phases } from '../codes/words.ts';
import { confidences } from '../contracts/build-data.ts';
import { outcomes, targets } from '../contracts/outcome.ts';
import { scheduledResults } from '../contracts/run.ts';
import { type Family, family } from './family.ts';

/** Seconds; a phase of a warm attempt takes a tenth, a deadline is minutes. */
const phaseBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120];

const labelsOfCell = {
  library: 'any',
  build: 'any',
  browser: 'any',
  flow: 'any',
  condition: 'any',
  switches: 'any',
  target: targets,
} as const;

/** What the canaries and their schedule did. */
export const canaryFamilies = {
  canaryAttempts: family({
    name: 'wwebjs_canary_attempts_total',
    type: 'counter',
    help: 'Attempts that have ended',
    labels: {
      ...labelsOfCell,
      outcome: outcomes,
      code: ['', ...attemptCodes] as const,
    },
    limit: 5000,
  }),
  canaryPhaseDuration: family({
    name: 'wwebjs_canary_phase_duration_seconds',
    type: 'histogram',
    help: 'Time that a phase of an attempt took',
    labels: { library: 'any', flow: 'any', phase: phases },
    limit: 600,
    buckets: phaseBuckets,
  }),
  canaryLastSuccess: family({
    name: 'wwebjs_canary_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When an attempt passed last',
    labels: { library: 'any', build: 'any', flow: 'any', target: targets },
    limit: 2000,
  }),
  canaryLastAttempt: family({
    name: 'wwebjs_canary_last_attempt_timestamp_seconds',
    type: 'gauge',
    help: 'When an attempt ended last',
    labels: { library: 'any', build: 'any', flow: 'any', target: targets },
    limit: 2000,
  }),
  canaryCellAsExpected: family({
    name: 'wwebjs_canary_cell_as_expected',
    type: 'gauge',
    help: 'Whether the last run of a cell did what is expected of it; a cell that is expected to fail and fails is as expected',
    labels: labelsOfCell,
    limit: 5000,
  }),
  canaryCellPassed: family({
    name: 'wwebjs_canary_cell_passed',
    type: 'gauge',
    help: 'Whether the last attempt of a cell that says something about the library passed',
    labels: labelsOfCell,
    limit: 5000,
  }),
  canaryExpectedToPass: family({
    name: 'wwebjs_canary_expected_to_pass',
    type: 'gauge',
    help: 'Whether a cell of the schedule is expected to pass; absent for cells that the schedule does not have',
    labels: labelsOfCell,
    limit: 5000,
  }),
  canaryBuildConfidence: family({
    name: 'wwebjs_canary_build_confidence',
    type: 'gauge',
    help: 'How sure the page of a build is that canaries ran on: inferred between builds whose code was read, assumed outside of them; always 1',
    labels: { build: 'any', confidence: confidences },
    limit: 500,
  }),
  surfaceDataAge: family({
    name: 'wwebjs_surface_data_age_seconds',
    type: 'gauge',
    help: 'Time since the day on which WhatsApp Web served the newest build of which anything is known, in whole days',
    labels: {},
    limit: 1,
  }),
  watchPeriod: family({
    name: 'wwebjs_watch_period_seconds',
    type: 'gauge',
    help: 'Time between two starts of the schedule',
    labels: {},
    limit: 1,
  }),
  watchRuns: family({
    name: 'wwebjs_watch_runs_total',
    type: 'counter',
    help: 'Runs of the schedule that have ended, by how they ended',
    labels: { result: scheduledResults },
    limit: 4,
  }),
  watchMissed: family({
    name: 'wwebjs_watch_missed_periods_total',
    type: 'counter',
    help: 'Periods of the schedule in which no run was started',
    labels: {},
    limit: 1,
  }),
  watchLastRun: family({
    name: 'wwebjs_watch_last_run_timestamp_seconds',
    type: 'gauge',
    help: 'When a run of the schedule ended last',
    labels: {},
    limit: 1,
  }),
} as const satisfies Record<string, Family>;
