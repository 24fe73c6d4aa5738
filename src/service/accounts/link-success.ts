import type { ServiceDatabase } from '../tables.ts';

export interface LinkSuccess {
  library: string;
  /** Links that were begun in the period and have ended, one way or the other. */
  ended: number;
  /** Those of them that got to `connected`. */
  connected: number;
}

/**
 * How many links succeed, by library version, for accounts whose link began at or after `since` (milliseconds since 1970). Counted
 * from the history: the present status of a row says nothing of what it went through. A link that was superseded before it
 * ended is neither a success nor a failure.
 */
export async function linkSuccess({ kysely }: ServiceDatabase, since: number): Promise<LinkSuccess[]> {
  const rows = await kysely
    .selectFrom('account_history as begun')
    .innerJoin('account_history as ended', 'ended.account_id', 'begun.account_id')
    .select((select) => [
      'begun.library',
      select.fn.count<number>('begun.account_id').distinct().as('ended'),
      select.fn
        .count<number>(
          select.case().when('ended.to_status', '=', 'connected').then(select.ref('ended.account_id')).end(),
        )
        .distinct()
        .as('connected'),
    ])
    .where('begun.from_status', '=', 'none')
    .where('begun.at', '>=', since)
    .where((where) => where.or([where('ended.to_status', '=', 'connected'), where('ended.to_status', '=', 'failed')]))
    .groupBy('begun.library')
    .orderBy('begun.library')
    .execute();
  return rows.map(({ library, ended, connected }) => ({ library, ended: Number(ended), connected: Number(connected) }));
}
