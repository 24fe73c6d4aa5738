import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SessionId, SessionIds, sessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** How long the profile of a failed account stays, in milliseconds: a version may report a lost login that is still there. */
const keepFailedMs = 7 * 86_400_000;
/** How long the profile of an inactive account stays, in milliseconds: its owner may still be closing the session. */
const keepInactiveMs = 60_000;
/** Sessions in one statement. */
const batch = 500;

/**
 * Sessions that left behind a profile that is no longer needed: on this machine, which may have run them long ago, or in the shared
 * store.
 *
 * @param folder the folder of the profiles on this machine.
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

/** Sessions that have no owner, will not run again, and whose device needs no unlinking. */
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
