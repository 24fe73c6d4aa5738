import type { z } from 'zod';
import type {
  accountSchema,
  apiKeySchema,
  instanceSchema,
  linkCodeSchema,
  rolloutDecisionSchema,
  rolloutSchema,
  sessionStartSchema,
  transitionSchema,
  workspaceSchema,
} from '../../../contracts/service-api.ts';
import { accountHandle } from '../../account-handle.ts';
import type { Account } from '../../accounts/account-rows.ts';
import type { AccountTransition } from '../../accounts/accounts.ts';
import type { LinkCode } from '../../accounts/link-codes.ts';
import type { Workspace } from '../../accounts/workspaces.ts';
import type { Instance } from '../../leases/instances.ts';
import type { RolloutDecision } from '../../rollouts/rollout-decisions.ts';
import type { Rollout } from '../../rollouts/rollouts.ts';
import type { SessionStart } from '../../sessions/session-starts.ts';
import type { ApiKey } from '../keys/api-keys.ts';

/** Milliseconds since 1970 as ISO 8601. */
export const iso = (ms: number) => new Date(ms).toISOString();

export const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));

export function workspaceView({ id, name, quotas, createdAt }: Workspace): z.output<typeof workspaceSchema> {
  return { id, name, quotas, createdAt: iso(createdAt) };
}

export function accountView(account: Account): z.output<typeof accountSchema> {
  const { ids, phone, status, cause, since, library, build, libraryPin, canary, attention, createdAt } = account;
  const { proxy, browserArguments } = account;
  return {
    id: ids.account,
    workspace: ids.workspace,
    session: ids.session,
    handle: accountHandle(ids.account),
    phone,
    status,
    cause,
    since: iso(since),
    library,
    build,
    libraryPin,
    canary,
    proxy,
    browserArguments,
    attention,
    createdAt: iso(createdAt),
  };
}

export function instanceView(instance: Instance): z.output<typeof instanceSchema> {
  const { id, host, address, slots, maxSessions, sessions, startedAt, seenAt, isSilent, drainAskedAt } = instance;
  const state = isSilent ? 'silent' : drainAskedAt === null ? 'running' : 'draining';
  const times = { startedAt: iso(startedAt), seenAt: iso(seenAt), drainAskedAt: isoOrNull(drainAskedAt) };
  return { id, host, address, state, slots, maxSessions, sessions, ...times };
}

export function transitionView(transition: AccountTransition): z.output<typeof transitionSchema> {
  return { ...transition, at: iso(transition.at) };
}

export function sessionStartView(start: SessionStart): z.output<typeof sessionStartSchema> {
  const { startedAt, endedAt, lostAt } = start;
  return { ...start, startedAt: iso(startedAt), endedAt: isoOrNull(endedAt), lostAt: isoOrNull(lostAt) };
}

export function linkCodeView({ kind, code, number, issuedAt }: LinkCode): z.output<typeof linkCodeSchema> {
  return { kind, code, number, issuedAt: iso(issuedAt) };
}

export function rolloutView({ createdAt, steps, ...rollout }: Rollout): z.output<typeof rolloutSchema> {
  return { ...rollout, createdAt: iso(createdAt), steps: steps.map((step) => ({ ...step, at: iso(step.at) })) };
}

export function rolloutDecisionView(decision: RolloutDecision): z.output<typeof rolloutDecisionSchema> {
  return { ...decision, at: iso(decision.at) };
}

export function apiKeyView({
  id,
  name,
  scope,
  workspace,
  methods,
  createdAt,
  expiresAt,
}: ApiKey): z.output<typeof apiKeySchema> {
  return { id, name, scope, workspace, methods, createdAt: iso(createdAt), expiresAt: isoOrNull(expiresAt) };
}

/** A page of at most `limit` items out of `limit + 1` that were read, and the id after which the next one begins. */
export function pageOf<Row, View, Key>(rows: Row[], limit: number, view: (row: Row) => View, key: (row: Row) => Key) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(view), next: rows.length > limit && last ? key(last) : null };
}
