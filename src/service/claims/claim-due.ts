import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../../store/database/database.ts';

/**
 * Takes due work such that of all instances exactly one gets each row. An instance that finds no work takes no lock.
 *
 * @param due the rows that are due, in the order in which they are taken, with a limit. Read once without a lock, then with one that skips
 *   rows that another instance is taking.
 * @param take writes that a row is no longer due, in the transaction that locks it: for good, or until a time at which another instance
 *   takes the row if this one has died. Called again when the transaction is retried.
 * @returns what `take` returned for each row.
 */
export async function claimDue<Tables, Table extends keyof Tables, Row, Claimed>(
  database: Database<Tables>,
  due: (kysely: Kysely<Tables>) => SelectQueryBuilder<Tables, Table, Row>,
  take: (tx: Transaction<Tables>, row: Row) => Promise<Claimed>,
): Promise<Claimed[]> {
  const first = due(database.kysely).clearSelect().select(sql.lit(1).as('any')).limit(1);
  if ((await first.executeTakeFirst()) === undefined) return [];
  return database.transaction(async (tx) => {
    const claimed: Claimed[] = [];
    for (const row of await database.lockedOrSkipped(due(tx)).execute()) claimed.push(await take(tx, row as Row));
    return claimed;
  });
}
