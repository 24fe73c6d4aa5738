import { join } from 'node:path';
import { Kysely, MysqlAdapter, MysqlDialect, sql } from 'kysely';
import { createPool } from 'mysql2';
import { packageRoot } from '../../contracts/home.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import { type Bookkeeping, runMigrations } from './run-migrations.ts';

const defaultFolder = join(packageRoot, 'sql', 'mysql');
/** How long an instance waits for another one that is migrating, in seconds. */
const lockWaitSeconds = 120;

/**
 * Brings the schema up to the newest file of `folder`, forward only. Returns the names of the migrations that this call ran.
 * Safe when several instances start together: one named lock of the server puts them in a row. MySQL commits every DDL
 * statement by itself, so each file is written such that it can be run again after it stopped half-way.
 *
 * @throws TroubleError when the schema is newer than this code, or the server refuses.
 */
export async function migrateMysql(url: string, name: string, folder = defaultFolder): Promise<string[]> {
  const pool = createPool({ uri: url, multipleStatements: true, connectTimeout: 10_000, connectionLimit: 1 });
  const kysely = new Kysely<Bookkeeping>({ dialect: new DialectOfLockedConnection({ pool }) });
  try {
    return await kysely.connection().execute(async (db) => {
      await lock(db, name);
      await prepareBookkeeping(db);
      return runMigrations({
        db,
        folder,
        execute: async (statements, file, connection) => {
          await sql
            .raw(statements)
            .execute(connection)
            .catch((error) => refuse(error, name, file));
        },
        name: `database ${name}`,
      });
    });
  } finally {
    // Ends the lock with its connection.
    await kysely.destroy();
  }
}

async function lock(db: Kysely<Bookkeeping>, name: string): Promise<void> {
  const { rows } = await sql<{ taken: number | null }>`
    select get_lock(concat('wwebjs_canary_', left(sha2(database(), 256), 40)), ${lockWaitSeconds}) as taken`.execute(
    db,
  );
  if (rows[0]?.taken !== 1) {
    throw new TroubleError(`database ${name}: another instance has been migrating it for ${lockWaitSeconds} s`);
  }
}

async function prepareBookkeeping(db: Kysely<Bookkeeping>): Promise<void> {
  await sql`
    create table if not exists migrations (
      name varchar(200) not null primary key,
      timestamp varchar(30) not null default '',
      ran_at varchar(30) not null default ''
    ) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`.execute(db);
  const { rows } = await sql`show columns from migrations like 'timestamp'`.execute(db);
  if (rows.length > 0) return;
  await sql`
    alter table migrations
      modify column ran_at varchar(30) not null default '',
      add column timestamp varchar(30) not null default ''`.execute(db);
}

function refuse(error: { errno?: number; message: string }, name: string, file: string): never {
  const hint =
    error.errno === 1419
      ? '; start the server with log_bin_trust_function_creators = 1, or migrate as a user with SUPER'
      : '';
  throw new TroubleError(`database ${name}: migration ${file} failed: ${error.message}${hint}`, { cause: error });
}

/** Kysely's own lock is one for all databases of a server, and programs without its Migrator do not take it: `lock` is taken instead. */
class DialectOfLockedConnection extends MysqlDialect {
  override createAdapter(): MysqlAdapter {
    return new LockedAdapter();
  }
}

class LockedAdapter extends MysqlAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
