import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { TroubleError } from '../../contracts/input-error.ts';
import { migrateSqlite } from './migrate-sqlite.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import type { Bookkeeping } from './run-migrations.ts';
import { storeTrouble } from './store-trouble.ts';

/** How long a writer waits for another process's write, in milliseconds; a write takes about one. */
const lockTimeoutMs = 15_000;

/**
 * Opens an SQLite file, makes it where there is none, and brings its schema up to date.
 *
 * @throws TroubleError when it cannot be opened, is damaged, or was written by a newer version of this program.
 */
export async function openSqlite<Tables>(file: string): Promise<{ kysely: Kysely<Tables>; migrated: string[] }> {
  makeFolder(file);
  makePrivate(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: lockTimeoutMs });
    database.exec('pragma journal_mode = wal');
    // In WAL mode a power cut can lose the last records but never damages the file; an fsync per record is not worth that.
    database.exec('pragma synchronous = normal');
    const kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
    // Kysely closes only a database that it has used, which it has from here on.
    const migrated = await migrateSqlite(kysely as unknown as Kysely<Bookkeeping>, database, file);
    return { kysely, migrated };
  } catch (error) {
    database?.close();
    throw storeTrouble(file, error);
  }
}

/**
 * Numbers, codes that wait to be scanned and secrets of webhooks are in the file; SQLite gives its other files the same mode. What
 * stops a new file SQLite says better.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch {
    // It is there already, or SQLite cannot make it either.
  }
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TroubleError(
      `store ${file}: the folder ${dirname(file)} cannot be made (${code}); set WWEBJS_CANARY_HOME to a folder that can be written`,
    );
  }
}
