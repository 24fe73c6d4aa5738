import type { Kysely, RawBuilder } from 'kysely';
import type { ServiceTables } from '../tables.ts';

export interface LinkSuccess {
  library: string;
  /** Links that were begun in the period and have ended, one way or the other. */
  ended: number;
  /** Those of them that got to `connected`. */
  connected: number;
}

/**
 * How many links succeed, by library version, for accounts whose link began at or after `since` (milliseconds since 1970, or an expression of the database for that). Counted
 * from how each link ended first: the present status of a row says nothing of what it went through.
 */
export async function linkSuccess(
  { kysely }: { kysely: Kysely<ServiceTables> },
  since: number | RawBuilder<number>,
): Promise<LinkSuccess[]> {
  const rows = await kysely
    .selectFrom('account_history as begun')
    .innerJoin('link_ends', 'link_ends.account_id', 'begun.account_id')
    .select((select) => [
      'begun.library',
      select.fn.countAll<number>().as('ended'),
      select.fn.sum<number>(select.case().when('outcome', '=', 'ready').then(1).else(0).end()).as('connected'),
    ])
    .where('begun.from_status', '=', 'none')
    .where('begun.at', '>=', since)
    .where('outcome', 'in', ['ready', 'failed'])
    .groupBy('begun.library')
    .orderBy('begun.library')
    .execute();
  return rows.map(({ library, ended, connected }) => ({ library, ended: Number(ended), connected: Number(connected) }));
}
