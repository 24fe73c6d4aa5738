import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { TroubleError } from '../../contracts/input-error.ts';

/**
 * The table of the migrations that have run: `name`, and `timestamp` in ISO 8601. Programs without Kysely's Migrator write `ran_at`
 * instead, and may start beside this one while instances are updated: both columns have a default, and both programs go by the names.
 */
export interface Bookkeeping {
  migrations: { name: string; timestamp: string; ran_at: string };
}

export interface MigrationRun {
  /** Holds, until the run ends, the lock that every program takes before it migrates this database. */
  db: Kysely<Bookkeeping>;
  /** Files of SQL, named `0001-what-it-does.sql`; they run in the order of their names. */
  folder: string;
  /** Runs all statements of a file. `db` is the connection with the lock: any other use of it waits until the run has ended. */
  execute(statements: string, file: string, db: Kysely<unknown>): Promise<void>;
  /** Of the database, for messages. */
  name: string;
  /** What else can be done about a database that is newer than this program. */
  otherwise?: string;
}

/** The names of the files in `folder`, in their order. */
export function migrationFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[\w-]+\.sql$/.test(file))
    .sort();
}

/**
 * Runs the files that have not run yet, forward only. Returns their names.
 *
 * @throws TroubleError when the database has a migration that `folder` does not have.
 */
export async function runMigrations({ db, folder, execute, name, otherwise }: MigrationRun): Promise<string[]> {
  const files = migrationFiles(folder);
  await takeOver(db);
  const done = await db.selectFrom('migrations').select('name').orderBy('name').execute();
  const foreign = done.map((row) => row.name).filter((file) => !files.includes(file));
  if (foreign.length > 0) {
    throw new TroubleError(
      `${name}: its schema is newer than this program (it has ${foreign.join(', ')}); update wwebjs-canary${otherwise ?? ''}`,
    );
  }
  const migrations = files.map((file): [string, Migration] => [
    file,
    { up: (connection) => execute(readFileSync(join(folder, file), 'utf8'), file, connection) },
  ]);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
    // The files of the store and those of the service are numbered apart.
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}

/** Times of migrations that a program without Kysely's Migrator has run since the last start of this one. */
async function takeOver(db: Kysely<Bookkeeping>): Promise<void> {
  await db
    .updateTable('migrations')
    .set((row) => ({ timestamp: row.ref('ran_at') }))
    .where('timestamp', '=', '')
    .execute();
}
