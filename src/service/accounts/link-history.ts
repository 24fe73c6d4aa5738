import { setImmediate as otherWork } from 'node:timers/promises';
import { sql } from 'kysely';
import type { RateSeries } from '../../contracts/canary-history.ts';
import { sortLibraries } from '../../report/history/build-history.ts';
import { ratePoint } from '../../report/history/rate-point.ts';
import type { ServiceDatabase } from '../tables.ts';

interface LinkCount {
  library: string;
  connected: number;
  failed: number;
}

/**
 * How many links succeed, by library version, over the buckets in which they were begun. As in the recording rules, a code that nobody
 * scanned is neither a success nor a failure; the first `connected` of an account decides.
 *
 * @param buckets their starts, in milliseconds since 1970.
 */
export async function linkHistory(
  database: ServiceDatabase,
  buckets: readonly number[],
  bucketMs: number,
): Promise<RateSeries[]> {
  const counts: LinkCount[][] = [];
  for (const start of buckets) {
    counts.push(await linksBegun(database, start, start + bucketMs));
    // The embedded store answers synchronously: what waits meanwhile goes first.
    await otherWork();
  }
  const libraries = sortLibraries(counts.flat().map(({ library }) => library));
  return libraries.map((library) => ({
    library,
    points: counts.map((bucket) => {
      const { connected, failed } = bucket.find((count) => count.library === library) ?? { connected: 0, failed: 0 };
      return ratePoint(connected, failed);
    }),
  }));
}

async function linksBegun({ kysely }: ServiceDatabase, from: number, to: number): Promise<LinkCount[]> {
  const { rows } = await sql<LinkCount>`
    select library, sum(connected) as connected, sum(case when connected = 0 and failed = 1 then 1 else 0 end) as failed
    from (
      select begun.library,
        exists (select 1 from account_history as later
          where later.account_id = begun.account_id and later.to_status = 'connected') as connected,
        exists (select 1 from account_history as later
          where later.account_id = begun.account_id and later.to_status = 'failed' and later.cause <> 'link-timeout') as failed
      from account_history as begun
      where begun.from_status = 'none' and begun.at >= ${from} and begun.at < ${to}
    ) as links
    group by library`.execute(kysely);
  return rows.map(({ library, connected, failed }) => ({
    library,
    connected: Number(connected),
    failed: Number(failed),
  }));
}
