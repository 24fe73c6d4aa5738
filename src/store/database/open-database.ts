import { join } from 'node:path';
import { CompiledQuery, Kysely, MysqlDialect, type MysqlPool } from 'kysely';
import { packageRoot } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { Database, DatabaseLoad } from './database.ts';
import { isUnavailable, isUnreachable } from './database-errors.ts';
import { migrateMysql } from './migrate-mysql.ts';
import { mysqlPool } from './mysql-pool.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import { openInThread } from './open-in-thread.ts';
import { inMemory, openSqlite } from './open-sqlite.ts';
import { type Bookkeeping, migrationFiles } from './run-migrations.ts';
import { openHere, openToRead } from './sqlite-file.ts';
import { storeTrouble } from './store-trouble.ts';

const defaultPoolSize = 10;
const addressForm = 'the database address must look like mysql://user:password@host:3306/name or sqlite:/path/to/file';

/**
 * Opens `mysql://user:password@host:port/database` or `sqlite:/path/to/file` and brings its schema up to date.
 *
 * @throws InputError when the address is neither; TroubleError when the database refuses or does not answer.
 */
export async function openDatabase<Tables>(address: string, poolSize = defaultPoolSize): Promise<Database<Tables>> {
  if (address.startsWith('sqlite:')) return openEmbedded(address.slice('sqlite:'.length));
  if (/^mysql:\/\//.test(address)) return openMysql(address, poolSize);
  throw new InputError(addressForm);
}

/**
 * Opens a database as `openDatabase` does, to read from it only: it migrates nothing, and no statement can change anything.
 *
 * @param isRead whether the caller reads what a migration makes, by its name; by default all.
 * @throws InputError when the address is neither, or the database has no schema of this program; TroubleError when its schema is of
 *   another version, or the database refuses or does not answer.
 */
export async function openDatabaseToRead<Tables>(
  address: string,
  isRead: (migration: string) => boolean = () => true,
): Promise<Database<Tables>> {
  const database = openedToRead<Tables>(address);
  try {
    await checkSchema(database as unknown as Database<Bookkeeping>, isRead);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What a reader sees of an embedded database that is not there yet: its tables without rows, in memory. */
export async function openEmptyDatabase<Tables>(): Promise<Database<Tables>> {
  const { kysely, migrated } = await openSqlite<Tables>(inMemory, openHere);
  return new Database('sqlite', kysely, inMemory, migrated);
}

function openedToRead<Tables>(address: string): Database<Tables> {
  if (address.startsWith('sqlite:')) {
    const file = address.slice('sqlite:'.length);
    try {
      return new Database('sqlite', new Kysely({ dialect: new NodeSqliteDialect(openToRead(file)) }), file, []);
    } catch (error) {
      throw storeTrouble(file, error);
    }
  }
  if (!/^mysql:\/\//.test(address)) throw new InputError(addressForm);
  return new Database(
    'mysql',
    new Kysely({ dialect: mysqlDialect(mysqlPool(address, 1), ['set session transaction read only']) }),
    nameOf(address),
    [],
  );
}

/** @throws InputError, TroubleError unless of these migrations exactly those of this program have run. */
async function checkSchema(
  { kysely, name, engine }: Database<Bookkeeping>,
  isRead: (migration: string) => boolean,
): Promise<void> {
  const done = await kysely
    .selectFrom('migrations')
    .select('name')
    .orderBy('name')
    .execute()
    .catch((error) => {
      if (isUnavailable(error))
        throw new TroubleError(`database ${name} does not answer: ${error.message}`, { cause: error });
      if (!lacksTable(error)) throw storeTrouble(name, error);
      throw new InputError(`${name}: this is no database of wwebjs-canary; name the one that \`serve\` works on`);
    });
  const names = done.map((row) => row.name).filter(isRead);
  const files = migrationFiles(join(packageRoot, 'sql', engine)).filter(isRead);
  const [missing] = files.filter((file) => !names.includes(file));
  const [foreign] = names.filter((file) => !files.includes(file));
  if (foreign !== undefined)
    throw new TroubleError(`${name}: its schema is newer than this program (it has ${foreign}); update wwebjs-canary`);
  if (missing !== undefined)
    throw new TroubleError(
      `${name}: its schema is older than this program (it has no ${missing}); a question changes nothing: start \`serve\` or run \`wwebjs-canary db migrate\` first`,
    );
}

/** True for what a database says that could be read and has no such table: SQLITE_ERROR or ER_NO_SUCH_TABLE. */
function lacksTable({ errcode, errno }: { errcode?: number; errno?: number }): boolean {
  return errcode === 1 || errno === 1146;
}

async function openEmbedded<Tables>(file: string): Promise<Database<Tables>> {
  const load = new DatabaseLoad();
  const { kysely, migrated } = await openSqlite<Tables>(file, openInThread, load.log);
  return new Database('sqlite', kysely, file, migrated, undefined, load);
}

async function openMysql<Tables>(url: string, poolSize: number): Promise<Database<Tables>> {
  const name = nameOf(url);
  const migrated = await migrateMysql(url, name).catch((error) => {
    if (error instanceof TroubleError) throw error;
    const what = isUnreachable(error) ? 'does not answer' : 'refuses';
    throw new TroubleError(`database ${name} ${what}: ${error.message || error.code}`, { cause: error });
  });
  const pool = mysqlPool(url, poolSize);
  const load = new DatabaseLoad(() => pool.use());
  const kysely = new Kysely<Tables>({ dialect: mysqlDialect(pool), log: load.log });
  return new Database('mysql', kysely, name, migrated, undefined, load);
}

function mysqlDialect(pool: MysqlPool, settings: readonly string[] = []): MysqlDialect {
  return new MysqlDialect({
    pool,
    onCreateConnection: async (connection) => {
      // Rows that a statement has seen must not lock the gaps between them, or links of different numbers block each other.
      await connection.executeQuery(CompiledQuery.raw('set session transaction isolation level read committed'));
      // now() in a zone with summer time says one hour twice a year.
      await connection.executeQuery(CompiledQuery.raw("set time_zone = '+00:00'"));
      for (const setting of settings) await connection.executeQuery(CompiledQuery.raw(setting));
    },
  });
}

/** `host:port/database`, without user and password. */
function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    if (pathname.length > 1) return `${host}${pathname}`;
  } catch {
    // The message below says what is right.
  }
  throw new InputError('the database address needs a host and a database: mysql://user:password@host:3306/name');
}
