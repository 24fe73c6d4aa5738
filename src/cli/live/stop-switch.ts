import { existsSync } from 'node:fs';
import { home } from '../../contracts/home.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import { readStopReason } from '../../live/pool-state.ts';
import type { LiveTables } from '../../live/tables.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { embeddedDatabase } from '../options/service-database.ts';

/**
 * For everything that asks the live site without an account: `account pause --all` stops that too.
 *
 * @throws TroubleError while a person has stopped the pool, and for a database that does not say whether it is stopped.
 */
export async function checkStopSwitch({ database: address }: { database?: string | undefined }): Promise<void> {
  if (address === undefined && !existsSync(home('store.sqlite'))) return;
  const database = await openDatabase<LiveTables>(address ?? embeddedDatabase());
  try {
    const reason = await readStopReason(database.kysely);
    if (reason === null) return;
    throw new TroubleError(
      `the live site is not asked: \`account pause --all\` has stopped everything (${reason}); \`account resume --all\` lets it run again`,
    );
  } finally {
    await database.close();
  }
}

const lookEveryMs = 2_000;

/** `checkStopSwitch` before each of many requests, every two seconds at most: a stop ends a capture that is under way. */
export function stopSwitch(options: { database?: string | undefined }): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = performance.now();
    if (now - lookedAt < lookEveryMs) return;
    lookedAt = now;
    await checkStopSwitch(options);
  };
}
