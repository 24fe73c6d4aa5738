import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { isDuplicate } from '../store/database/database-errors.ts';
import type { SessionIds, WorkspaceId } from './session-ids.ts';
import type { LibraryEventRow, ServiceDatabase, ServiceTables } from './tables.ts';

/** The name of a mark in the log: events of the account before it were lost. No event of the library has a name with a point. */
export const gapMark = 'service.gap';

/** A place in the events of a workspace. */
export interface EventPosition {
  seq: number;
  /** Milliseconds since 1970, by the clock of the database. */
  at: number;
}

/** The last event of a workspace, and the present time. */
export async function lastEvent(
  { now }: ServiceDatabase,
  kysely: Kysely<ServiceTables>,
  workspace: WorkspaceId,
): Promise<EventPosition> {
  const head = kysely.selectFrom('library_event_heads').select('seq').where('workspace_id', '=', workspace);
  const row = await kysely.selectNoFrom([head.as('seq'), now.as('at')]).executeTakeFirstOrThrow();
  return { seq: row.seq ?? 0, at: Number(row.at) };
}

/** Takes the next numbers, and returns the last one: the lock on its row makes events visible in the sequence of their numbers. */
export async function takeNumbers(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  workspace: WorkspaceId,
  count: number,
): Promise<EventPosition> {
  const { numUpdatedRows } = await tx
    .updateTable('library_event_heads')
    .set(({ eb }) => ({ seq: eb('seq', '+', count) }))
    .where('workspace_id', '=', workspace)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    try {
      await tx.insertInto('library_event_heads').values({ workspace_id: workspace, seq: count }).execute();
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return takeNumbers(database, tx, workspace, count);
    }
  }
  return lastEvent(database, tx, workspace);
}

/**
 * Marks a gap for each of these sessions whose events are followed: their instance died, or was cut off, and what it had not written yet is
 * lost. Call it in the transaction that ends the lease.
 */
export async function markLostEvents(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  sessions: readonly SessionIds[],
): Promise<void> {
  const follows = await tx
    .selectFrom('event_follows')
    .select(['workspace_id', 'account_id'])
    .where('until', '>', database.now)
    .where('workspace_id', 'in', [...new Set(sessions.map(({ workspace }) => workspace))])
    .execute();
  const followed = sessions.filter((ids) =>
    follows.some((row) => row.workspace_id === ids.workspace && (row.account_id ?? ids.account) === ids.account),
  );
  for (const [workspace, its] of Map.groupBy(followed, (ids) => ids.workspace)) {
    const { seq, at } = await takeNumbers(database, tx, workspace, its.length);
    const rows = its.map(({ account }, i): LibraryEventRow => {
      const row = { id: randomUUID(), workspace_id: workspace, account_id: account, name: gapMark, detail: '', at };
      return { ...row, seq: seq - its.length + 1 + i };
    });
    await tx.insertInto('library_events').values(rows).execute();
  }
}
