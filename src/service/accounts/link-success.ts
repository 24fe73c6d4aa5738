import type { Kysely, RawBuilder } from 'kysely';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceTables } from '../tables.ts';

interface EndedLinks {
  /** Links that began in the period and have succeeded or failed. */
  ended: number;
  /** Those of them that reached `connected`. */
  connected: number;
}

export interface LinkSuccess extends EndedLinks {
  library: string;
  /** The same links by the WhatsApp Web build that the page had reported when they ended; null when it had reported none. */
  builds: (EndedLinks & { build: string | null })[];
}

/**
 * How many links succeed, by library version and by build within it, for accounts whose link began at or after `since` (milliseconds
 * since 1970, or a database expression for it). Counts the first end of each link: the current status of an account does not show its
 * past.
 *
 * @param workspace counts the links of this workspace; of all by default.
 */
export async function linkSuccess(
  { kysely }: { kysely: Kysely<ServiceTables> },
  since: number | RawBuilder<number>,
  workspace: WorkspaceId | null = null,
): Promise<LinkSuccess[]> {
  const rows = await kysely
    .selectFrom('account_history as begun')
    .innerJoin('link_ends', 'link_ends.account_id', 'begun.account_id')
    .select((select) => [
      'begun.library',
      'link_ends.build',
      select.fn.countAll<number>().as('ended'),
      select.fn.sum<number>(select.case().when('outcome', '=', 'ready').then(1).else(0).end()).as('connected'),
    ])
    .where('begun.from_status', '=', 'none')
    .where('begun.at', '>=', since)
    .where('outcome', 'in', ['ready', 'failed'])
    .$if(workspace !== null, (query) => query.where('begun.workspace_id', '=', workspace as WorkspaceId))
    .groupBy(['begun.library', 'link_ends.build'])
    .orderBy('begun.library')
    .orderBy('link_ends.build')
    .execute();
  return Array.from(
    Map.groupBy(rows, ({ library }) => library),
    ([library, ofLibrary]) => {
      const builds = ofLibrary.map(({ build, ended, connected }) => {
        return { build, ended: Number(ended), connected: Number(connected) };
      });
      const sum = (key: keyof EndedLinks) => builds.reduce((total, build) => total + build[key], 0);
      return { library, ended: sum('ended'), connected: sum('connected'), builds };
    },
  );
}
