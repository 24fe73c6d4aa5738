import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { packageRoot } from '../contracts/home.ts';
import { TroubleError } from '../contracts/input-error.ts';

const defaultFolder = join(packageRoot, 'sql', 'sqlite');

/**
 * Brings the schema up to the newest file of `folder`, forward only. Returns the names of the migrations that this call ran.
 * Safe when several processes start together: all of it happens under the write lock of the database.
 *
 * @throws TroubleError when the database has a migration that this code does not know.
 */
export function migrate(database: DatabaseSync, file: string, folder = defaultFolder): string[] {
  const known = readdirSync(folder)
    .filter((name) => /^\d{4}-[\w-]+\.sql$/.test(name))
    .sort();
  database.exec('begin immediate');
  try {
    database.exec(
      'create table if not exists migrations (name text not null primary key, ran_at text not null) strict',
    );
    const rows = database.prepare('select name from migrations').all() as { name: string }[];
    const done = new Set(rows.map((row) => row.name));
    const foreign = [...done].filter((name) => !known.includes(name));
    if (foreign.length > 0) {
      throw new TroubleError(
        `store ${file}: its schema is newer than this program (it has ${foreign.join(', ')}); update wwebjs-canary, or set WWEBJS_CANARY_HOME to another folder`,
      );
    }
    const missing = known.filter((name) => !done.has(name));
    for (const name of missing) {
      database.exec(readFileSync(join(folder, name), 'utf8'));
      database.prepare('insert into migrations (name, ran_at) values (?, ?)').run(name, new Date().toISOString());
    }
    database.exec('commit');
    return missing;
  } catch (error) {
    // A full disk has already rolled back.
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}
