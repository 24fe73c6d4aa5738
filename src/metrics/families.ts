import { outcomes, phases, targets } from '../contracts/outcome.ts';
import { verdictWords } from '../contracts/verdict.ts';
import { type Family, family } from './family.ts';

/** Seconds; a phase of a warm attempt takes a tenth, a deadline is minutes. */
const phaseBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120];

/** Seconds; from a warm page to somebody who has to look for the phone. */
const linkBuckets = [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300];

/** Statuses of an account, and the steps of a session that an instance runs. */
const accountStatuses = ['qr_scanning', 'authenticated', 'connected', 'disconnected', 'inactive', 'failed'] as const;

const windows = ['1h', '24h'] as const;

const code = 'any';

/**
 * Every metric family there is. No phone number, session id, JID or message text is ever a label: the labels are the axes of
 * the matrix, versions, and words out of lists.
 */
export const families = {
  canaryAttempts: family({
    name: 'wwebjs_canary_attempts_total',
    type: 'counter',
    help: 'Attempts that have ended',
    labels: {
      library: 'any',
      build: 'any',
      browser: 'any',
      flow: 'any',
      condition: 'any',
      target: targets,
      outcome: outcomes,
      code,
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
    labels: { library: 'any', build: 'any', flow: 'any' },
    limit: 2000,
  }),
  canaryLastAttempt: family({
    name: 'wwebjs_canary_last_attempt_timestamp_seconds',
    type: 'gauge',
    help: 'When an attempt ended last',
    labels: { library: 'any', build: 'any', flow: 'any' },
    limit: 2000,
  }),
  canaryCellAsExpected: family({
    name: 'wwebjs_canary_cell_as_expected',
    type: 'gauge',
    help: 'Whether the last run of a cell did what is expected of it; a cell that is expected to fail and fails is as expected',
    labels: { library: 'any', build: 'any', browser: 'any', flow: 'any', condition: 'any' },
    limit: 5000,
  }),
  canaryCellPassed: family({
    name: 'wwebjs_canary_cell_passed',
    type: 'gauge',
    help: 'Whether the last attempt of a cell that says something about the library passed',
    labels: { library: 'any', build: 'any', browser: 'any', flow: 'any', condition: 'any' },
    limit: 5000,
  }),
  canaryExpectedToPass: family({
    name: 'wwebjs_canary_expected_to_pass',
    type: 'gauge',
    help: 'Whether the schedule has a cell here that is expected to pass; absent where the schedule has none',
    labels: { library: 'any', build: 'any', flow: 'any' },
    limit: 2000,
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
    labels: { result: ['as-expected', 'unexpected', 'trouble', 'cut'] },
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
  linkAttempts: family({
    name: 'wwebjs_link_attempts_total',
    type: 'counter',
    help: 'Links that have ended',
    labels: { library: 'any', outcome: ['ready', 'failed'], code },
    limit: 1000,
  }),
  linkDuration: family({
    name: 'wwebjs_link_duration_seconds',
    type: 'histogram',
    help: 'From the start of the session to the phase',
    labels: { library: 'any', phase: ['authenticated', 'ready'] },
    limit: 100,
    buckets: linkBuckets,
  }),
  linkSuccessRatio: family({
    name: 'wwebjs_link_success_ratio',
    type: 'gauge',
    help: 'Part of the links begun in the window and ended since that got to connected, out of the history',
    labels: { library: 'any', window: windows },
    limit: 100,
  }),
  sessions: family({
    name: 'wwebjs_sessions',
    type: 'gauge',
    help: 'Sessions that this instance runs',
    labels: { library: 'any', status: 'any' },
    limit: 500,
  }),
  accounts: family({
    name: 'wwebjs_accounts',
    type: 'gauge',
    help: 'Accounts in the store by their present status, deleted ones left out',
    labels: { library: 'any', status: accountStatuses },
    limit: 500,
  }),
  restorations: family({
    name: 'wwebjs_session_restorations_total',
    type: 'counter',
    help: 'Starts of sessions that had been linked before',
    labels: { library: 'any', outcome: ['ready', 'failed', 'stopped', 'abandoned'], code },
    limit: 1000,
  }),
  restorationBacklog: family({
    name: 'wwebjs_session_restoration_backlog',
    type: 'gauge',
    help: 'Sessions that should run, may be started now and that nobody runs',
    labels: {},
    limit: 1,
  }),
  sessionsNeedingAttention: family({
    name: 'wwebjs_sessions_needing_attention',
    type: 'gauge',
    help: 'Sessions that keep failing and wait for a person',
    labels: { code },
    limit: 50,
  }),
  leases: family({
    name: 'wwebjs_session_leases',
    type: 'gauge',
    help: 'Sessions by whether an instance holds their lease',
    labels: { state: ['held', 'free'] },
    limit: 2,
  }),
  instances: family({
    name: 'wwebjs_service_instances',
    type: 'gauge',
    help: 'Instances of the service that were heard of within the last minute and not stopped',
    labels: {},
    limit: 1,
  }),
  violations: family({
    name: 'wwebjs_account_constraint_violations_total',
    type: 'counter',
    help: 'Violations of a unique index that the database raised',
    labels: { constraint: ['unique_active_phone_workspace'], outcome: ['resolved', 'surfaced'] },
    limit: 2,
  }),
  libraryInfo: family({
    name: 'wwebjs_library_info',
    type: 'gauge',
    help: 'Which library was declared, installed and really loaded last; always 1',
    labels: { role: ['canary', 'service'], declared: 'any', installed: 'any', loaded: 'any' },
    limit: 200,
  }),
  gateVerdict: family({
    name: 'wwebjs_gate_verdict',
    type: 'gauge',
    help: 'The newest verdict on a candidate: 1 for the word that was said, 0 for the others',
    labels: { baseline: 'any', candidate: 'any', verdict: verdictWords },
    limit: 300,
  }),
  gateVerdictTime: family({
    name: 'wwebjs_gate_verdict_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest verdict on a candidate was given',
    labels: { baseline: 'any', candidate: 'any' },
    limit: 100,
  }),
  gateLoss: family({
    name: 'wwebjs_gate_loss_points',
    type: 'gauge',
    help: 'Failure rate of the candidate minus that of the baseline in the newest verdict, in points, with its interval',
    labels: { baseline: 'any', candidate: 'any', flow: 'any', bound: ['estimate', 'lower', 'upper'] },
    limit: 600,
  }),
  rolloutPercent: family({
    name: 'wwebjs_rollout_percent',
    type: 'gauge',
    help: 'Part of the accounts that the candidate of the newest rollout hosts',
    labels: { baseline: 'any', candidate: 'any', state: ['active', 'finished', 'rolled_back'] },
    limit: 10,
  }),
  rolloutStepTime: family({
    name: 'wwebjs_rollout_step_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest rollout made its last step',
    labels: { baseline: 'any', candidate: 'any' },
    limit: 10,
  }),
  rolloutExpected: family({
    name: 'wwebjs_rollout_expected_ratio',
    type: 'gauge',
    help: 'Between which success rates of links the candidate of the active rollout is expected in its present stage',
    labels: { candidate: 'any', bound: ['lower', 'upper'] },
    limit: 10,
  }),
  overflowing: family({
    name: 'wwebjs_metrics_overflowing',
    type: 'gauge',
    help: 'Whether a family has reached its limit, so that new label sets are counted as overflow',
    labels: { family: 'any' },
    limit: 100,
  }),
  exporterUp: family({
    name: 'wwebjs_exporter_store_up',
    type: 'gauge',
    help: 'Whether this exporter could read the store; only exporters have it, so that rules can tell them from instances',
    labels: {},
    limit: 1,
  }),
} as const satisfies Record<string, Family>;
