import type { Transaction } from 'kysely';
import type { RolloutRow, ServiceDatabase, ServiceTables } from '../tables.ts';

/**
 * Lets sessions that failed with the candidate start at once with the baseline: neither their backoff nor the breaker says
 * anything about that version. Sessions that run, and those whose version somebody chose, are left alone.
 */
export async function releaseFailed(
  { now }: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  { candidate, created_at }: Pick<RolloutRow, 'candidate' | 'created_at'>,
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ failures: 0, next_start_at: 0, attention_code: null, attention_at: null, start_cause: 'rollout' })
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
