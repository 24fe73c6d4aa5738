import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../../store/database/database.ts';

/**
 * Claims due work: exactly one of all instances gets each row. An instance that finds no work takes no lock.
 *
 * @param due selects the due rows in the order in which they are taken, with a limit. It runs once without a lock, then with a lock that
 *   skips rows that another instance is claiming.
 * @param take writes, in the transaction that locks a row, that the row is no longer due: for good, or until another instance may claim it
 *   because this one has died. A retry of the transaction calls it again.
 * @returns the results of `take`.
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
