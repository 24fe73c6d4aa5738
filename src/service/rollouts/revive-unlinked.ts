import type { Transaction } from 'kysely';
import { activeStatuses } from '../../contracts/service-states.ts';
import { lockWorkspace } from '../accounts/supersede.ts';
import { freshStart } from '../leases/lease-writes.ts';
import { workspaceId } from '../session-ids.ts';
import type { RolloutRow, ServiceDatabase, ServiceTables } from '../tables.ts';

/**
 * Restores accounts whose saved login the candidate did not find: the profile was kept and may still hold the login. Skips a number that
 * another account has linked since: of several that lost the same number, the one that was linked last comes back.
 */
export async function reviveUnlinked(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  { candidate, created_at }: Pick<RolloutRow, 'candidate' | 'created_at'>,
): Promise<void> {
  const lost = await tx
    .selectFrom('whatsapp_accounts')
    .select(['id', 'session_id', 'workspace_id', 'phone'])
    .where('status', '=', 'failed')
    .where('status_cause', '=', 'unlinked')
    .where('status_since', '>=', created_at)
    .where('library', '=', candidate)
    .where('library_pin', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('workspace_id')
    .orderBy('created_at', 'desc')
    .execute();
  for (const { id, session_id, workspace_id, phone } of lost) {
    await lockWorkspace(database, tx, workspaceId(workspace_id));
    const holder = await database
      .locked(
        tx
          .selectFrom('whatsapp_accounts')
          .select('id')
          .where('workspace_id', '=', workspace_id)
          .where('phone', '=', phone)
          .where('status', 'in', activeStatuses),
      )
      .executeTakeFirst();
    if (holder) continue;
    await tx
      .updateTable('sessions')
      .set({ ...freshStart, wanted: 1, start_cause: 'rollout' })
      .where('id', '=', session_id)
      .execute();
    await tx
      .updateTable('whatsapp_accounts')
      .set({ status: 'disconnected', status_cause: 'rollout' })
      .where('id', '=', id)
      .where('status', '=', 'failed')
      .execute();
  }
}
