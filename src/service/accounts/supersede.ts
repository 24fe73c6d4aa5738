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
 * Locks the workspace for the rest of the transaction, so links of one workspace run one after the other. Every transaction that can
 * change the holder of a number locks the workspace first, then sessions, then accounts: the same order everywhere avoids deadlocks.
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
 * Takes a number from every account of the workspace that holds it, except one: the account becomes inactive and the lease of its
 * session ends, so its owner can write nothing more. The caller has locked the workspace.
 *
 * @returns the sessions of these accounts.
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
 * Ends the lease of a session and makes its account inactive, even when another instance runs it. If the device was linked, or a code
 * was shown that may have been scanned, the owner of the session unlinks it; without an owner, an instance starts the session to do so.
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
      // Before `lease_expires_at` is overwritten: MySQL evaluates assignments from left to right and reads values that are already set.
      next_start_at: unlinkFrom(now),
      lease_owner: null,
      lease_expires_at: 0,
      lease_token: row('lease_token', '+', 1),
    }))
    .where('id', '=', session_id)
    .execute();
  // The owner can write nothing more, not even the end of its start.
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
