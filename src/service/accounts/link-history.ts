import type { SessionCause } from '../../codes/codes.ts';
import type { RateSeries } from '../../contracts/canary-history.ts';
import { sortLibraries } from '../../report/history/build-history.ts';
import { ratePoint } from '../../report/history/rate-point.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

interface LinkCount {
  library: string;
  connected: number;
  failed: number;
}

/** Ends of a link that say nothing about its version. */
const givenUp = ['link-timeout', 'pairing-refused'] satisfies SessionCause[];

/**
 * How many links succeed, by library version and by the bucket of time in which they began. As in the recording rules, a code that was
 * not scanned, or that WhatsApp refused for the number, is neither a success nor a failure; the first end of a link counts.
 *
 * @param buckets the starts of the buckets, in milliseconds since 1970.
 * @param workspace counts the links of this workspace; of all by default.
 */
export async function linkHistory(
  database: ServiceDatabase,
  buckets: readonly number[],
  bucketMs: number,
  workspace: WorkspaceId | null = null,
): Promise<RateSeries[]> {
  const counts: LinkCount[][] = [];
  for (const start of buckets) counts.push(await linksBegun(database, start, start + bucketMs, workspace));
  const libraries = sortLibraries(counts.flat().map(({ library }) => library));
  return libraries.map((library) => ({
    library,
    points: counts.map((bucket) => {
      const { connected, failed } = bucket.find((count) => count.library === library) ?? { connected: 0, failed: 0 };
      return ratePoint(connected, failed);
    }),
  }));
}

async function linksBegun(
  { kysely }: ServiceDatabase,
  from: number,
  to: number,
  workspace: WorkspaceId | null,
): Promise<LinkCount[]> {
  const rows = await kysely
    .selectFrom('account_history as begun')
    .innerJoin('link_ends', 'link_ends.account_id', 'begun.account_id')
    .select(({ fn, eb, and }) => [
      'begun.library',
      fn.sum<number>(eb.case().when('outcome', '=', 'ready').then(1).else(0).end()).as('connected'),
      fn
        .sum<number>(
          eb
            .case()
            .when(and([eb('outcome', '=', 'failed'), eb('code', 'not in', givenUp)]))
            .then(1)
            .else(0)
            .end(),
        )
        .as('failed'),
    ])
    .where('begun.from_status', '=', 'none')
    .where('begun.at', '>=', from)
    .where('begun.at', '<', to)
    .$if(workspace !== null, (query) => query.where('begun.workspace_id', '=', workspace as WorkspaceId))
    .groupBy('begun.library')
    .execute();
  return rows.map(({ library, connected, failed }) => ({
    library,
    connected: Number(connected),
    failed: Number(failed),
  }));
}
