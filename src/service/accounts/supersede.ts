import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import { activeStatuses } from '../../contracts/service-states.ts';
import { accountId, SessionIds, sessionId, type WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { unlinkFrom, unlinkTries } from './unlinks.ts';

export interface NumberOfWorkspace {
  workspace: WorkspaceId;
  /** Digits of the international number. */
  phone: string;
}

/**
 * Locks the workspace for the rest of the transaction: links of one workspace happen one after the other. Every transaction
 * that can change who holds a number begins with it, then locks sessions, then accounts, always in this order.
 *
 * @returns false when there is no such workspace.
 */
export async function lockWorkspace(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  workspace: WorkspaceId,
): Promise<boolean> {
  const query = tx.selectFrom('workspaces').select('id').where('id', '=', workspace);
  return (await database.locked(query).executeTakeFirst()) !== undefined;
}

/**
 * Takes a number away from every account of the workspace that holds it, except one: the account becomes inactive, the lease of
 * its session ends, so that its owner can write nothing more. The workspace is locked already.
 *
 * @returns the sessions that were closed.
 */
export async function supersede(
  tx: Transaction<ServiceTables>,
  { now }: ServiceDatabase,
  number: NumberOfWorkspace & { except: string },
  instanceId: string,
): Promise<SessionIds[]> {
  const holders = await tx
    .selectFrom('whatsapp_accounts')
    .select(['id', 'session_id'])
    .where('workspace_id', '=', number.workspace)
    .where('phone', '=', number.phone)
    .where('status', 'in', activeStatuses)
    .execute();
  const older = holders.filter(({ id }) => id !== number.except);
  for (const account of older) await deactivate(tx, now, account, 'superseded', instanceId);
  return older.map(({ id, session_id }) =>
    SessionIds.of({ session: sessionId(session_id), workspace: number.workspace, account: accountId(id) }),
  );
}

/**
 * Ends the lease of a session and makes its account inactive, whoever runs it. A device that was linked, or that a code was
 * shown for which may have been scanned, is unlinked by the owner of the session, else by whoever starts it once more for that.
 */
export async function deactivate(
  tx: Transaction<ServiceTables>,
  now: RawBuilder<number>,
  { id, session_id }: { id: string; session_id: string },
  cause: SessionCause,
  instanceId: string,
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set((row) => ({
      wanted: 0,
      unlinks_left: sql<number>`case when exists (
        select 1 from whatsapp_accounts where id = ${id} and status in ('authenticated', 'connected', 'disconnected')
      ) or exists (select 1 from link_codes where session_id = ${session_id}) then ${unlinkTries} else unlinks_left end`,
      // Before the end of the lease is overwritten: MySQL sees what this statement has set already.
      next_start_at: unlinkFrom(now),
      lease_owner: null,
      lease_expires_at: 0,
      lease_token: row('lease_token', '+', 1),
    }))
    .where('id', '=', session_id)
    .execute();
  // Whoever runs the session can write nothing more, not even that its start is over.
  await tx
    .updateTable('session_starts')
    .set({ ended_at: now, outcome: 'stopped' })
    .where('session_id', '=', session_id)
    .where('outcome', 'is', null)
    .execute();
  await tx.deleteFrom('link_codes').where('session_id', '=', session_id).execute();
  await tx
    .updateTable('whatsapp_accounts')
    .set((row) => ({
      status: 'inactive',
      status_cause: cause,
      instance_id: instanceId,
      lease_token: row.selectFrom('sessions').select('lease_token').where('sessions.id', '=', session_id).$asScalar(),
    }))
    .where('id', '=', id)
    .where('status', 'in', [...activeStatuses, 'failed'])
    .execute();
}
