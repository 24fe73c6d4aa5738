import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionId, SessionIds, sessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** How long the profile of a failed account stays, in milliseconds: what a version took for a lost login may be none. */
const keepFailedMs = 7 * 86_400_000;
/** How long one of an inactive account does: its owner may still be ending. */
const keepInactiveMs = 60_000;
/** Sessions in one statement. */
const batch = 500;

/**
 * Sessions whose profile nobody needs any more although it is still there: on this machine, which may have run them long ago, or
 * saved for all machines.
 *
 * @param folder in which the profiles of this machine lie.
 */
export async function findLeftProfiles(database: ServiceDatabase, folder: string): Promise<SessionIds[]> {
  const here = existsSync(folder) ? subfolders(folder).flatMap((workspace) => subfolders(join(folder, workspace))) : [];
  const left: SessionIds[] = [];
  for (let start = 0; start < here.length; start += batch) {
    const rows = await over(database)
      .where('sessions.id', 'in', here.slice(start, start + batch))
      .execute();
    left.push(...rows.map(SessionIds.ofRow));
  }
  const saved = over(database).innerJoin('session_profiles', 'session_profiles.session_id', 'sessions.id');
  left.push(...(await saved.limit(batch).execute()).map(SessionIds.ofRow));
  return left;
}

/** Sessions that nobody runs or will run again, and whose device nobody is going to unlink. */
function over({ kysely, now }: ServiceDatabase) {
  return kysely
    .selectFrom('sessions')
    .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
    .select(['sessions.id', 'sessions.workspace_id', 'sessions.account_id'])
    .where('wanted', '=', 0)
    .where('unlinks_left', '=', 0)
    .where('lease_expires_at', '<=', now)
    .where((where) =>
      where.or([
        where.and([where('status', '=', 'inactive'), where('status_since', '<', where(now, '-', keepInactiveMs))]),
        where.and([where('status', '=', 'failed'), where('status_since', '<', where(now, '-', keepFailedMs))]),
      ]),
    );
}

function subfolders(folder: string): SessionId[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => sessionId(name));
}
