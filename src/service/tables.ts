import type { Generated } from 'kysely';
import type { DecisionCause, DecisionReason, DecisionWord } from '../contracts/rollout-decision.ts';
import type {
  AccountStatus,
  ApiScope,
  DeliveryState,
  RolloutState,
  StartOutcome,
} from '../contracts/service-states.ts';
import type { VerdictRule, VerdictWord } from '../contracts/verdict.ts';
import type { Database } from '../store/database/database.ts';

export interface WorkspaceRow {
  id: string;
  name: string;
  created_at: number;
  /** Quotas; null where there is none. */
  max_accounts: Generated<number | null>;
  max_starting_links: Generated<number | null>;
  max_calls_per_minute: Generated<number | null>;
}

/** How many calls a workspace had in a minute since 1970. */
export interface WorkspaceCallsRow {
  workspace_id: string;
  minute: number;
  calls: number;
}

export interface AccountRow {
  id: string;
  workspace_id: string;
  session_id: string;
  phone: string | null;
  /** The number that the caller named for the link; null once the phone has reported its own. */
  asked_phone: string | null;
  status: AccountStatus;
  status_cause: string;
  /** Set by the database. */
  status_since: number;
  library: string;
  library_pin: string | null;
  /** The build that the page reported in the current start, or in the last one. */
  build: string | null;
  instance_id: string;
  lease_token: number;
  created_at: number;
  deleted_at: number | null;
  /** Given with a change of status that took place earlier; null again after the write. */
  left_at: number | null;
  /** The proxy of its browser, without credentials. */
  proxy: Generated<string | null>;
  /** `user:password` of the proxy, sealed. */
  proxy_credentials: Generated<string | null>;
  /** JSON: a list of texts. */
  browser_arguments: Generated<string | null>;
  /** Grows with every change of the three. */
  browser_revision: Generated<number>;
}

export interface AccountHistoryRow {
  seq: Generated<number>;
  account_id: string;
  workspace_id: string;
  from_status: AccountStatus | 'none';
  to_status: AccountStatus;
  cause: string;
  library: string;
  /** The build that the page had reported by then. */
  build: string | null;
  instance_id: string;
  lease_token: number;
  duration_ms: number;
  at: number;
}

export interface SessionRow {
  id: string;
  account_id: string;
  workspace_id: string;
  wanted: Generated<number>;
  lease_owner: string | null;
  lease_token: Generated<number>;
  lease_expires_at: Generated<number>;
  failures: Generated<number>;
  next_start_at: Generated<number>;
  start_cause: string;
  attention_code: string | null;
  attention_at: number | null;
  attention_retried: Generated<number>;
  unlinks_left: Generated<number>;
  /** Of the request that asked for the link or for the last restoration. */
  request_id: Generated<string | null>;
  traceparent: Generated<string | null>;
  /** The only instance that may claim it until `offered_until`; null for any. */
  offered_to: Generated<string | null>;
  offered_until: Generated<number>;
}

export interface SessionStartRow {
  id: Generated<number>;
  session_id: string;
  instance_id: string;
  lease_token: number;
  cause: string;
  library: string;
  /** The version whose code was loaded, when it was not `library`. */
  loaded: string | null;
  /** The build that the page last reported before the start ended. */
  build: string | null;
  started_at: number;
  ended_at: number | null;
  outcome: StartOutcome | null;
  code: string | null;
  lost_at: number | null;
  /** 1 when the page gave up its login before the library reported it as accepted. */
  login_refused: Generated<number>;
}

export interface CanaryAccountRow {
  account_id: string;
  marked_at: number;
}

export interface CanaryProbeRow {
  id: string;
  receiver_session: string;
  sent_at: number;
  delivered_at: number | null;
}

export interface PairingLinkRow {
  session_id: string;
}

export interface LinkCodeRow {
  session_id: string;
  kind: 'qr' | 'pairing';
  code: string;
  number: number;
  issued_at: number;
}

export interface InstanceRow {
  id: string;
  /** Where other instances reach it; null for one of an older version. */
  address: string | null;
  host: string;
  pid: number;
  slots: number;
  /** Null without a limit. */
  max_sessions: number | null;
  started_at: number;
  seen_at: number;
  stopped_at: number | null;
  /** The id of the key that the instance seals texts with; null for a version that does not seal. */
  seal_key: string | null;
  /** It reports the events that were followed before this time; null for a version that reports none. */
  follows_at: number | null;
  /** When its drain was requested. */
  drain_asked_at: Generated<number | null>;
  /** 1 when its profiles are in a store that all machines share; null for a version that cannot drain. */
  shared_profiles: number | null;
}

/** A key that texts in the database may be sealed with. */
export interface SealKeyRow {
  id: string;
  created_at: number;
}

export interface RolloutRow {
  id: string;
  baseline: string;
  candidate: string;
  percent: number;
  state: RolloutState;
  created_at: number;
  revision: Generated<number>;
  next_judging_at: Generated<number>;
}

export interface RolloutStepRow {
  seq: Generated<number>;
  rollout_id: string;
  percent: number;
  state: RolloutRow['state'];
  cause: DecisionCause;
  at: number;
}

export interface RolloutDecisionRow {
  seq: Generated<number>;
  rollout_id: string;
  decision: DecisionWord;
  cause: DecisionCause;
  reason: DecisionReason;
  because: string;
  step_seq: number;
  percent: number;
  state: RolloutRow['state'];
  verdict: VerdictWord | null;
  rule: VerdictRule | null;
  policy_name: string | null;
  policy_sha256: string | null;
  figures: string;
  instance_id: string;
  at: number;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  scope: ApiScope;
  /** The only workspace that the key reaches; null for all. */
  workspace_id: string | null;
  /** JSON of `MethodRules`; null for all methods. */
  methods: string | null;
  secret_sha256: string;
  created_at: number;
  expires_at: number | null;
}

export interface IdempotencyKeyRow {
  caller: string;
  idempotency_key: string;
  request_sha256: string;
  status: number | null;
  body: string | null;
  created_at: number;
}

export interface WebhookRow {
  id: string;
  workspace_id: string;
  url: string;
  /** Sealed. */
  secret: string;
  created_at: number;
  deleted_at: number | null;
  /** JSON: the names of the events that it gets; null for changes of status, attention and messages in short. */
  events: Generated<string | null>;
  /** The first attempt that failed since the last one that succeeded; null while none has failed since. */
  failing_since: Generated<number | null>;
}

export interface WebhookOutboxRow {
  id: Generated<number>;
  workspace_id: string;
  account_id: string;
  type: 'account.status' | 'account.attention' | 'message';
  /** JSON; sealed for a message. */
  detail: string;
  at: number;
}

export interface WebhookDeliveryRow {
  id: string;
  webhook_id: string;
  /** Sealed; empty once it was delivered. */
  body: string;
  state: DeliveryState;
  attempts: number;
  next_attempt_at: number;
  last_result: string | null;
  last_attempt_at: Generated<number | null>;
  created_at: number;
  /** Of the request that its session was started for. */
  request_id: Generated<string | null>;
  traceparent: Generated<string | null>;
}

/** An event of the library that streams follow. */
export interface LibraryEventRow {
  id: string;
  workspace_id: string;
  /** Counts the events of the workspace. */
  seq: number;
  account_id: string;
  name: string;
  /** JSON; sealed. */
  detail: string;
  at: number;
}

export interface LibraryEventHeadRow {
  workspace_id: string;
  seq: number;
}

/** Which events of the library programs follow, until when. */
export interface EventFollowRow {
  id: string;
  workspace_id: string;
  /** Null for all accounts of the workspace. */
  account_id: string | null;
  /** JSON: a list of names. */
  names: string;
  since: number;
  until: number;
}

export interface SessionProfileRow {
  session_id: string;
  lease_token: number;
  blob_name: string;
  sha256: string;
  bytes: number;
  saved_at: number;
}

export interface OutgoingTextRow {
  id: string;
  session_id: string;
  recipient: string;
  /** Sealed. */
  body: string;
  state: 'waiting' | 'taken' | 'sent' | 'failed';
  result: string | null;
  created_at: number;
}

/** A view: how the link of an account ended, once it has. */
export interface LinkEndRow {
  seq: number;
  account_id: string;
  workspace_id: string;
  library: string;
  build: string | null;
  at: number;
  outcome: 'ready' | 'failed' | 'given_up';
  /** Why it failed; empty otherwise. */
  code: string;
}

/** The tables and views of `sql/` that the service uses, for Kysely. */
export interface RolloutCallRow {
  id: Generated<number>;
  session_id: string;
  library: string;
  method: string;
  outcome: 'passed' | 'failed';
  at: number;
}

export interface ServiceTables {
  workspaces: WorkspaceRow;
  workspace_calls: WorkspaceCallsRow;
  whatsapp_accounts: AccountRow;
  account_history: AccountHistoryRow;
  link_ends: LinkEndRow;
  sessions: SessionRow;
  session_starts: SessionStartRow;
  link_codes: LinkCodeRow;
  canary_accounts: CanaryAccountRow;
  canary_probes: CanaryProbeRow;
  pairing_links: PairingLinkRow;
  instances: InstanceRow;
  seal_keys: SealKeyRow;
  rollouts: RolloutRow;
  rollout_steps: RolloutStepRow;
  rollout_decisions: RolloutDecisionRow;
  rollout_calls: RolloutCallRow;
  api_keys: ApiKeyRow;
  idempotency_keys: IdempotencyKeyRow;
  library_events: LibraryEventRow;
  library_event_heads: LibraryEventHeadRow;
  event_follows: EventFollowRow;
  session_profiles: SessionProfileRow;
  outgoing_texts: OutgoingTextRow;
  webhooks: WebhookRow;
  webhook_outbox: WebhookOutboxRow;
  webhook_deliveries: WebhookDeliveryRow;
}

export type ServiceDatabase = Database<ServiceTables>;
