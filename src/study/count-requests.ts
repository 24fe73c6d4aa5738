import { sql } from 'kysely';
import type { ServiceDatabase } from '../service/tables.ts';

/** The requests for one number. */
export interface NumberCounts {
  /** Requests that ended, one way or the other: all but those that their person replaced. */
  ended: number;
  succeeded: number;
  /** Refused by the database as a duplicate, at once or later. */
  refused: number;
}

/**
 * Counts what became of every request, number by number, from the history: it succeeded if its account was ever connected, whatever
 * the row says now. The definition is that of sql/queries/link-success.sql, with the requests added that never got a row.
 *
 * @param historyTable has `account_id` and `to_status`.
 */
export async function countRequests({ kysely }: ServiceDatabase, historyTable: string): Promise<NumberCounts[]> {
  const { rows } = await sql<Record<keyof NumberCounts, unknown>>`select
      count(*) as ended,
      sum(connected) as succeeded,
      sum(case when note = 'refused' then 1 else 0 end) as refused
    from (
      select phone, note, case when exists (
        select 1 from ${sql.table(historyTable)} as h where h.account_id = study_requests.account_id and h.to_status = 'connected'
      ) then 1 else 0 end as connected
      from study_requests
    ) as requests
    where note is null or note <> 'replaced'
    group by phone
    order by phone`.execute(kysely);
  return rows.map(({ ended, succeeded, refused }) => ({
    ended: Number(ended),
    succeeded: Number(succeeded),
    refused: Number(refused),
  }));
}

/** How many intents got an account connected, by any of their requests. */
export async function countLinkedIntents({ kysely }: ServiceDatabase, historyTable: string): Promise<number> {
  const { rows } = await sql<{ linked: unknown }>`select count(distinct r.intent) as linked
    from study_requests as r
    inner join ${sql.table(historyTable)} as h on h.account_id = r.account_id and h.to_status = 'connected'`.execute(
    kysely,
  );
  return Number(rows[0]?.linked ?? 0);
}

/** What the query of the incident says (sql/queries/sqlite/old/link-success.sql), over all rows. */
export async function oldQueryRate({ kysely }: ServiceDatabase, accountsTable: string): Promise<number> {
  const { rows } = await sql<{ accounts: unknown; authenticated: unknown }>`select count(*) as accounts,
    sum(case when status = 'authenticated' then 1 else 0 end) as authenticated from ${sql.table(accountsTable)}`.execute(
    kysely,
  );
  const accounts = Number(rows[0]?.accounts ?? 0);
  return accounts === 0 ? 0 : Number(rows[0]?.authenticated) / accounts;
}
