import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import { hostedStatuses } from '../../contracts/service-states.ts';
import { isUnavailable } from '../../store/database/database-errors.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { type Lease, LeaseLost } from './lease.ts';

/** Milliseconds between two tries of a write while the database does not answer. */
const againMs = 500;

/** A session that may start at once: earlier failures no longer count. */
export const freshStart = {
  ...{ failures: 0, next_start_at: 0 },
  ...{ attention_code: null, attention_at: null, attention_retried: 0 },
} as const;

/**
 * Locks the session of a lease until the transaction ends, so no other instance can claim it before that.
 *
 * @throws LeaseLost when the lease has expired or another instance owns it.
 */
export async function holdLease(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  lease: Lease,
): Promise<void> {
  const query = tx
    .selectFrom('sessions')
    .select(['lease_owner', 'lease_token', sql<number>`lease_expires_at > ${database.now}`.as('alive')])
    .where('id', '=', lease.ids.session);
  const row = await database.locked(query).executeTakeFirst();
  const holds = row?.lease_owner === lease.owner && row.lease_token === lease.token && Boolean(row.alive);
  if (!holds) throw new LeaseLost(lease);
}

/**
 * Retries a write until the database takes it: what happened on the phone cannot be repeated.
 *
 * @param isOver true once the session has ended, so its lease is no longer renewed.
 * @throws LeaseLost then, and the error of `work` when the database answered.
 */
export async function writeUntilTaken<T>(lease: Lease, work: () => Promise<T>, isOver: () => boolean): Promise<T> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (isOver()) throw new LeaseLost(lease);
      await sleep(againMs);
    }
  }
}

/** Why a start failed. */
export interface StartFailure {
  code: SessionCause | null;
  /** The page gave up its login before the library reported it as accepted. */
  isRefused: boolean;
}

/** Writes the end of the open start under a lease, if there is one. */
export async function endStart(
  tx: Transaction<ServiceTables>,
  { now }: ServiceDatabase,
  lease: Lease,
  outcome: 'stopped' | 'failed' | 'ready',
  { code, isRefused }: StartFailure = { code: null, isRefused: false },
): Promise<void> {
  await tx
    .updateTable('session_starts')
    .set({ ended_at: now, outcome, code, login_refused: isRefused ? 1 : 0 })
    .where('session_id', '=', lease.ids.session)
    .where('lease_token', '=', lease.token)
    .where('outcome', 'is', null)
    .execute();
}

/**
 * Writes the end of the open starts of sessions whose instance died or lost its lease: they ended with the lease, and not before they
 * began.
 */
export async function abandonStarts(tx: Transaction<ServiceTables>, sessions: readonly string[]): Promise<void> {
  const leaseEnd = sql<number>`(select lease_expires_at from sessions where sessions.id = session_starts.session_id)`;
  await tx
    .updateTable('session_starts')
    .set({
      ended_at: sql<number>`case when started_at > ${leaseEnd} then started_at else ${leaseEnd} end`,
      outcome: 'abandoned',
    })
    .where('session_id', 'in', sessions)
    .where('outcome', 'is', null)
    .execute();
}

/**
 * An account whose login was accepted is no longer known to be connected. An account that is being linked does not change.
 *
 * @param leftAt when that was, in milliseconds since 1970; null for now.
 */
export async function disconnect(
  tx: Transaction<ServiceTables>,
  lease: Lease,
  cause: SessionCause,
  leftAt: number | null = null,
): Promise<void> {
  const { ids, owner, token } = lease;
  await tx
    .updateTable('whatsapp_accounts')
    .set({ status: 'disconnected', status_cause: cause, instance_id: owner, lease_token: token, left_at: leftAt })
    .where('id', '=', ids.account)
    .where('status', 'in', hostedStatuses)
    .execute();
}

/** Releases a lease. The token stays: the next owner gets a higher one. */
export async function giveBack(
  tx: Transaction<ServiceTables>,
  lease: Lease,
  cause: SessionCause,
  later: { failures?: number; next_start_at?: RawBuilder<number> | number } = {},
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ lease_owner: null, lease_expires_at: 0, start_cause: cause, ...later })
    .where('id', '=', lease.ids.session)
    .execute();
}
