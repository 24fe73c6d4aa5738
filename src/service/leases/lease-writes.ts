import type { RawBuilder, Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import type { Lease } from './lease.ts';

/** A session that may start at once: what failed before counts no more. */
export const freshStart = { failures: 0, next_start_at: 0, attention_code: null, attention_at: null } as const;

/** Writes the end of the start that goes on under a lease, if there is one. */
export async function endStart(
  tx: Transaction<ServiceTables>,
  { now }: ServiceDatabase,
  lease: Lease,
  outcome: 'stopped' | 'failed' | 'ready',
  code: SessionCause | null = null,
): Promise<void> {
  await tx
    .updateTable('session_starts')
    .set({ ended_at: now, outcome, code })
    .where('session_id', '=', lease.ids.session)
    .where('lease_token', '=', lease.token)
    .where('outcome', 'is', null)
    .execute();
}

/** An account whose login was accepted is no longer known to be connected. One that is being linked stays as it is. */
export async function disconnect(tx: Transaction<ServiceTables>, lease: Lease, cause: SessionCause): Promise<void> {
  await tx
    .updateTable('whatsapp_accounts')
    .set({ status: 'disconnected', status_cause: cause, instance_id: lease.owner, lease_token: lease.token })
    .where('id', '=', lease.ids.account)
    .where('status', 'in', ['authenticated', 'connected'])
    .execute();
}

/** Ends a lease in order. The token stays: the next owner gets a higher one. */
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
