import { sessionCauses } from '../codes/codes.ts';
import { callOutcomes } from '../contracts/service-calls.ts';
import {
  accountStatuses,
  deliveryOutcomes,
  hostOrigins,
  keyRejections,
  type LinkSuccessWindow,
  linkOutcomes,
  linkSuccessWindows,
  moveOutcomes,
  moveReasons,
  probeOutcomes,
  sessionSteps,
  startOutcomes,
  uniqueConstraints,
  violationOutcomes,
} from '../contracts/service-states.ts';
import { type Family, family } from './family.ts';

/** Seconds; from a warm page to a person who has to look for the phone. */
const linkBuckets = [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300];

/** Other methods that HTTP has are counted under `overflow`. */
const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;

const windows = Object.keys(linkSuccessWindows) as LinkSuccessWindow[];

/** Seconds; a call of the API takes milliseconds, a text or a call of a method seconds. */
const requestBuckets = [0.005, 0.02, 0.1, 0.5, 1, 5, 30];

/** Seconds; a statement takes a millisecond, and is abandoned after ten seconds. */
const statementBuckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Why something failed; empty where it did not. */
const code = ['', ...sessionCauses] as const;

/** What the service did and what it runs. A workspace is named by the id that the service made up for it, never by its name. */
export const serviceFamilies = {
  linkAttempts: family({
    name: 'wwebjs_link_attempts_total',
    type: 'counter',
    help: 'Links that have ended',
    labels: { library: 'any', outcome: linkOutcomes, code },
    limit: 1000,
  }),
  buildLinkAttempts: family({
    name: 'wwebjs_build_link_attempts_total',
    type: 'counter',
    help: 'Links that have ended, by the build that the page said last; the builds of the newest ends are shown',
    labels: { library: 'any', build: 'any', outcome: linkOutcomes, code },
    limit: 5000,
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
    labels: { library: 'any', status: sessionSteps },
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
    labels: { library: 'any', outcome: startOutcomes, code },
    limit: 1000,
  }),
  buildRestorations: family({
    name: 'wwebjs_build_session_restorations_total',
    type: 'counter',
    help: 'Starts of sessions that had been linked before, by the build that the page said last; the builds of the newest ends are shown',
    labels: { library: 'any', build: 'any', outcome: startOutcomes, code },
    limit: 5000,
  }),
  sessionProbes: family({
    name: 'wwebjs_session_probes_total',
    type: 'counter',
    help: 'Texts between canary accounts: heard, delivered and not heard (deaf), or never delivered',
    labels: { library: 'any', outcome: probeOutcomes },
    limit: 300,
  }),
  restorationBacklog: family({
    name: 'wwebjs_session_restoration_backlog',
    type: 'gauge',
    help: 'Sessions that should run, may start now and have no instance',
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
  lostLogins: family({
    name: 'wwebjs_lost_logins_total',
    type: 'counter',
    help: 'Accounts that had been connected and need a new link, because their login is gone: removed on the phone, refused, or lost with the profile',
    labels: { library: 'any', code },
    limit: 1000,
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
  instanceDraining: family({
    name: 'wwebjs_service_instance_draining',
    type: 'gauge',
    help: 'Whether this instance drains: it takes no new session and moves those that it runs to other instances',
    labels: {},
    limit: 1,
  }),
  sessionMoves: family({
    name: 'wwebjs_session_moves_total',
    type: 'counter',
    help: 'Sessions that this instance moved to others, by how the move ended',
    labels: { reason: moveReasons, outcome: moveOutcomes },
    limit: 6,
  }),
  rejectedKeys: family({
    name: 'wwebjs_rejected_keys_total',
    type: 'counter',
    help: 'Requests whose API key was missing, unknown or expired',
    labels: { reason: keyRejections },
    limit: 3,
  }),
  sessionCapacity: family({
    name: 'wwebjs_service_session_capacity',
    type: 'gauge',
    help: 'Sessions that the instances which live and do not drain may run together; left out while one of them has no limit',
    labels: {},
    limit: 1,
  }),
  violations: family({
    name: 'wwebjs_account_constraint_violations_total',
    type: 'counter',
    help: 'Violations of a unique index that the database raised',
    labels: { constraint: uniqueConstraints, outcome: violationOutcomes },
    limit: 2,
  }),
  sessionLaunches: family({
    name: 'wwebjs_session_launches',
    type: 'gauge',
    help: 'Browsers that this instance is starting, sessions that wait for that, and how many more may start now',
    labels: { state: ['under_way', 'waiting', 'free'] },
    limit: 3,
  }),
  warmHosts: family({
    name: 'wwebjs_warm_hosts',
    type: 'gauge',
    help: 'Hosts of this instance that wait for a session, with their library in memory',
    labels: { library: 'any' },
    limit: 50,
  }),
  hostClaims: family({
    name: 'wwebjs_host_claims_total',
    type: 'counter',
    help: 'Sessions that got a host: one that waited (warm), one that they share, or one that was started for them (cold)',
    labels: { library: 'any', from: hostOrigins },
    limit: 150,
  }),
  hostDeaths: family({
    name: 'wwebjs_host_deaths_total',
    type: 'counter',
    help: 'Hosts that ended by themselves while they had sessions',
    labels: { library: 'any' },
    limit: 50,
  }),
  hostDeathSessions: family({
    name: 'wwebjs_host_death_sessions_total',
    type: 'counter',
    help: 'Sessions that ended because their host ended by itself',
    labels: { library: 'any' },
    limit: 50,
  }),
  sessionDetail: family({
    name: 'wwebjs_session_detail',
    type: 'gauge',
    help: 'Sessions that this instance runs, one by one by the handle of their account; only where serve was asked for it',
    labels: { handle: 'any', workspace: 'any', library: 'any', status: sessionSteps },
    limit: 1000,
  }),
  sessionBrowserMemory: family({
    name: 'wwebjs_session_browser_memory_bytes',
    type: 'gauge',
    help: 'Memory of the browser of a session by the handle of its account; only where serve was asked for it',
    labels: { handle: 'any' },
    limit: 1000,
  }),
  sessionBrowserCpu: family({
    name: 'wwebjs_session_browser_cpus',
    type: 'gauge',
    help: 'Processors that the browser of a session used on average between the last two measurements, by the handle of its account',
    labels: { handle: 'any' },
    limit: 1000,
  }),
  browserMemory: family({
    name: 'wwebjs_browser_memory_bytes',
    type: 'gauge',
    help: 'Memory of the browsers of this instance, without what they share with each other through files',
    labels: {},
    limit: 1,
  }),
  browserCpu: family({
    name: 'wwebjs_browser_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time that the browsers of this instance used',
    labels: {},
    limit: 1,
  }),
  browserProcesses: family({
    name: 'wwebjs_browser_processes',
    type: 'gauge',
    help: 'Processes of the browsers of this instance',
    labels: {},
    limit: 1,
  }),
  httpRequestDuration: family({
    name: 'wwebjs_http_request_duration_seconds',
    type: 'histogram',
    help: 'From the head of a request to the end of its answer, by the template of its path; streams of events are left out',
    labels: { method: httpMethods, route: 'any', status: 'any' },
    limit: 1500,
    buckets: requestBuckets,
  }),
  databaseStatementDuration: family({
    name: 'wwebjs_database_statement_duration_seconds',
    type: 'histogram',
    help: 'Time that statements in the database of the service took',
    labels: { outcome: ['answered', 'failed'] },
    limit: 2,
    buckets: statementBuckets,
  }),
  databaseConnections: family({
    name: 'wwebjs_database_connections',
    type: 'gauge',
    help: 'Connections of the pool of this instance that are in use or free, and work that waits for one; the embedded store has no pool',
    labels: { state: ['in_use', 'free', 'waiting'] },
    limit: 3,
  }),
  deliveryAttempts: family({
    name: 'wwebjs_webhook_attempts_total',
    type: 'counter',
    help: 'Attempts of this instance to deliver to a webhook',
    labels: { outcome: deliveryOutcomes },
    limit: 3,
  }),
  deliveriesPending: family({
    name: 'wwebjs_webhook_deliveries_pending',
    type: 'gauge',
    help: 'Deliveries that are not delivered and no dead letters',
    labels: {},
    limit: 1,
  }),
  deliveryAge: family({
    name: 'wwebjs_webhook_oldest_pending_age_seconds',
    type: 'gauge',
    help: 'How long ago the oldest pending delivery was made; 0 without any',
    labels: {},
    limit: 1,
  }),
  deliveryDelay: family({
    name: 'wwebjs_webhook_delivery_delay_seconds',
    type: 'gauge',
    help: 'For how long the oldest due delivery or event has waited for an instance to send it; 0 without any',
    labels: {},
    limit: 1,
  }),
  webhooks: family({
    name: 'wwebjs_webhooks',
    type: 'gauge',
    help: 'Webhooks by whether a delivery to them failed several times in a row and is still pending',
    labels: { state: ['working', 'failing'] },
    limit: 2,
  }),
  methodCalls: family({
    name: 'wwebjs_method_calls_total',
    type: 'counter',
    help: 'Calls of public methods of the library that have ended',
    labels: { method: 'any', outcome: callOutcomes, code: 'any', library: 'any' },
    limit: 3000,
  }),
  buildMethodCalls: family({
    name: 'wwebjs_build_method_calls_total',
    type: 'counter',
    help: 'Calls of public methods that have ended, by the build that the page said last; the builds of the newest ends are shown',
    labels: { library: 'any', build: 'any', method: 'any', outcome: callOutcomes },
    limit: 5000,
  }),
  methodCallDuration: family({
    name: 'wwebjs_method_call_duration_seconds',
    type: 'histogram',
    help: 'From the request to the answer of a method',
    labels: { method: 'any', library: 'any' },
    limit: 500,
    buckets: [0.01, 0.05, 0.2, 1, 5, 30],
  }),
  workspaceLinkAttempts: family({
    name: 'wwebjs_workspace_link_attempts_total',
    type: 'counter',
    help: 'Links that have ended, by workspace',
    labels: { workspace: 'any', library: 'any', outcome: linkOutcomes, code },
    limit: 5000,
  }),
  workspaceRestorations: family({
    name: 'wwebjs_workspace_session_restorations_total',
    type: 'counter',
    help: 'Starts of sessions that had been linked before, by workspace',
    labels: { workspace: 'any', library: 'any', outcome: startOutcomes, code },
    limit: 5000,
  }),
  workspaceAccounts: family({
    name: 'wwebjs_workspace_accounts',
    type: 'gauge',
    help: 'Accounts in the store by workspace and present status, deleted ones left out',
    labels: { workspace: 'any', library: 'any', status: accountStatuses },
    limit: 5000,
  }),
} as const satisfies Record<string, Family>;
