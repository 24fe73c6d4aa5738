import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { packageRoot } from '../../contracts/home.ts';
import { type Bookkeeping, migrationFiles, runMigrations } from './run-migrations.ts';
import type { SqliteFile } from './sqlite-file.ts';

const defaultFolder = join(packageRoot, 'sql', 'sqlite');

const bookkeeping = `(
  name text not null primary key, timestamp text not null default '', ran_at text not null default ''
) strict`;

/**
 * Brings the schema up to the newest file of `folder`, forward only. Returns the names of the migrations that this call ran.
 * Safe when several processes start together: all of it happens under the write lock of the database. Where nothing is to be done
 * it takes no lock.
 *
 * @param kysely its transactions begin with the write lock; `file` is what it works on.
 * @throws TroubleError when the database has a migration that this code does not know.
 */
export async function migrateSqlite(
  kysely: Kysely<Bookkeeping>,
  file: SqliteFile,
  name: string,
  folder = defaultFolder,
): Promise<string[]> {
  if (await isUpToDate(kysely, folder)) return [];
  return kysely.transaction().execute(async (tx) => {
    await prepareBookkeeping(tx);
    return runMigrations({
      db: tx,
      folder,
      // Of several statements, Kysely would run the first.
      execute: (statements) => file.runAll(statements),
      name: `store ${name}`,
      otherwise: ', or set WWEBJS_CANARY_HOME to another folder',
    });
  });
}

/** Whether exactly the migrations of `folder` have run. */
async function isUpToDate(db: Kysely<Bookkeeping>, folder: string): Promise<boolean> {
  if (!(await isTakenOver(db))) return false;
  const done = await db.selectFrom('migrations').select('name').orderBy('name').execute();
  return done.map(({ name }) => name).join() === migrationFiles(folder).join();
}

async function isTakenOver(db: Kysely<Bookkeeping>): Promise<boolean> {
  const { rows } = await sql`select 1 from pragma_table_info('migrations') where name = 'timestamp'`.execute(db);
  return rows.length > 0;
}

/** SQLite adds no default to a column that is there: the table of a program without Kysely's Migrator is made again. */
async function prepareBookkeeping(db: Kysely<Bookkeeping>): Promise<void> {
  await sql`create table if not exists migrations ${sql.raw(bookkeeping)}`.execute(db);
  if (await isTakenOver(db)) return;
  await sql`alter table migrations rename to migrations_before`.execute(db);
  await sql`create table migrations ${sql.raw(bookkeeping)}`.execute(db);
  await sql`insert into migrations (name, ran_at) select name, ran_at from migrations_before`.execute(db);
  await sql`drop table migrations_before`.execute(db);
}
