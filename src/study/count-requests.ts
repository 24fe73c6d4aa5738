import { sql } from 'kysely';
import type { ServiceDatabase } from '../service/tables.ts';
import type { RequestNote } from './request-log.ts';

/** The requests for one number. */
export interface NumberCounts {
  /** Requests that ended: all but those that a later request for the number replaced. */
  ended: number;
  succeeded: number;
}

export type FailureCounts = Record<Exclude<RequestNote, 'replaced'>, number>;

/**
 * Counts the outcome of every request, number by number, from the history: it succeeded if its account was ever connected, with
 * any current status. Requests that never got a row count too. sql/queries/link-success.sql is stricter: it uses the first end
 * of each link, so a link that failed before it was restored counts as failed.
 *
 * @param historyTable has `account_id` and `to_status`.
 */
export async function countRequests({ kysely }: ServiceDatabase, historyTable: string): Promise<NumberCounts[]> {
  const { rows } = await sql<Record<keyof NumberCounts, unknown>>`select
count(*) as ended, sum(connected) as succeeded
    from ${withConnected(historyTable)} as requests
    where note is null or note <> 'replaced'
    group by phone
    order by phone`.execute(kysely);
  return rows.map(({ ended, succeeded }) => ({ ended: Number(ended), succeeded: Number(succeeded) }));
}

/** Counts the failed requests by reason. */
export async function countRequestFailures({ kysely }: ServiceDatabase, historyTable: string): Promise<FailureCounts> {
  const { rows } = await sql<{ note: keyof FailureCounts; failed: unknown }>`select note, count(*) as failed
    from ${withConnected(historyTable)} as requests
    where connected = 0 and note <> 'replaced'
    group by note`.execute(kysely);
  const counts: FailureCounts = { refused: 0, unscanned: 0, library: 0, restart: 0 };
  for (const { note, failed } of rows) counts[note] = Number(failed);
  return counts;
}

/** Every request, and whether its account was ever connected. */
function withConnected(historyTable: string) {
  return sql`(
    select phone, note, case when exists (
      select 1 from ${sql.table(historyTable)} as h where h.account_id = study_requests.account_id and h.to_status = 'connected'
    ) then 1 else 0 end as connected
    from study_requests
  )`;
}

/** Counts the intents with a connected account by any of their requests. */
export async function countLinkedIntents({ kysely }: ServiceDatabase, historyTable: string): Promise<number> {
  const { rows } = await sql<{ linked: unknown }>`select count(distinct r.intent) as linked
    from study_requests as r
    inner join ${sql.table(historyTable)} as h on h.account_id = r.account_id and h.to_status = 'connected'`.execute(
    kysely,
  );
  return Number(rows[0]?.linked ?? 0);
}

/** The result of the query of the incident (sql/queries/sqlite/old/link-success.sql) over all rows. */
export async function oldQueryRate({ kysely }: ServiceDatabase, accountsTable: string): Promise<number> {
  const { rows } = await sql<{ accounts: unknown; authenticated: unknown }>`select count(*) as accounts,
    sum(case when status = 'authenticated' then 1 else 0 end) as authenticated from ${sql.table(accountsTable)}`.execute(
    kysely,
  );
  const accounts = Number(rows[0]?.accounts ?? 0);
  return accounts === 0 ? 0 : Number(rows[0]?.authenticated) / accounts;
}
