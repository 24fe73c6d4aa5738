import type { Transaction } from 'kysely';
import type { Lease } from '../leases/lease.ts';
import { freshStart } from '../leases/lease-writes.ts';
import type { RolloutRow, ServiceDatabase, ServiceTables } from '../tables.ts';

/**
 * Lets sessions that failed with the candidate start at once with the baseline: their backoff and their circuit breaker say nothing
 * about that version. Running sessions and accounts with a pinned version do not change.
 */
export async function releaseFailed(
  { now }: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  { candidate, created_at }: Pick<RolloutRow, 'candidate' | 'created_at'>,
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ ...freshStart, start_cause: 'rollout' })
    .where('wanted', '=', 1)
    .where('failures', '>', 0)
    .where('lease_expires_at', '<=', now)
    .where((where) =>
      where.exists(
        where
          .selectFrom('session_starts')
          .select('session_starts.id')
          .whereRef('session_starts.session_id', '=', 'sessions.id')
          .where('session_starts.library', '=', candidate)
          .where('session_starts.started_at', '>=', created_at)
          .where((failed) =>
            failed.or([
              failed('session_starts.outcome', '=', 'failed'),
              failed('session_starts.lost_at', 'is not', null),
            ]),
          ),
      ),
    )
    .where((where) =>
      where.exists(
        where
          .selectFrom('whatsapp_accounts')
          .select('whatsapp_accounts.id')
          .whereRef('whatsapp_accounts.id', '=', 'sessions.account_id')
          .where('whatsapp_accounts.library_pin', 'is', null),
      ),
    )
    .execute();
}

/** True when a session was started under `lease` with the candidate of a rollout that has been rolled back since. */
export async function wasRolledBack(tx: Transaction<ServiceTables>, { ids, token }: Lease): Promise<boolean> {
  const newest = await tx.selectFrom('rollouts').selectAll().orderBy('created_at', 'desc').limit(1).executeTakeFirst();
  if (newest?.state !== 'rolled_back') return false;
  const start = await tx
    .selectFrom('session_starts')
    .innerJoin('sessions', 'sessions.id', 'session_starts.session_id')
    .innerJoin('whatsapp_accounts', 'whatsapp_accounts.id', 'sessions.account_id')
    .select('session_starts.library')
    .where('session_starts.session_id', '=', ids.session)
    .where('session_starts.lease_token', '=', token)
    .where('library_pin', 'is', null)
    .orderBy('session_starts.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return start?.library === newest.candidate;
}
