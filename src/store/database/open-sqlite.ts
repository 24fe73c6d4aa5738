import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, type Logger } from 'kysely';
import { TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { migrateSqlite } from './migrate-sqlite.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import type { Bookkeeping } from './run-migrations.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { storeTrouble } from './store-trouble.ts';

/** SQLite's name for a database that is in no file. */
export const inMemory = ':memory:';

/**
 * Opens an SQLite file, makes it where there is none, and brings its schema up to date.
 *
 * @param open `openHere` or `openInThread`.
 * @param log of Kysely.
 * @throws TroubleError when it cannot be opened, is damaged, or was written by a newer version of this program.
 */
export async function openSqlite<Tables>(
  name: string,
  open: (file: string) => SqliteFile,
  log?: Logger,
): Promise<{ kysely: Kysely<Tables>; migrated: string[] }> {
  if (name !== inMemory) {
    makeFolderOf(name);
    makePrivate(name);
  }
  let file: SqliteFile | undefined;
  try {
    file = open(name);
    const kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(file), ...(log && { log }) });
    // Kysely closes only a database that it has used, which it has from here on.
    const migrated = await migrateSqlite(kysely as unknown as Kysely<Bookkeeping>, file, name);
    return { kysely, migrated };
  } catch (error) {
    await file?.close();
    throw storeTrouble(name, error);
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

function makeFolderOf(file: string): void {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TroubleError(
      `store ${file}: the folder ${dirname(file)} cannot be made (${code}); set WWEBJS_CANARY_HOME to a folder that can be written`,
    );
  }
}
