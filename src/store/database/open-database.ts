import { CompiledQuery, Kysely, MysqlDialect } from 'kysely';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { Database } from './database.ts';
import { isUnreachable } from './database-errors.ts';
import { migrateMysql } from './migrate-mysql.ts';
import { mysqlPool } from './mysql-pool.ts';
import { openInThread } from './open-in-thread.ts';
import { openSqlite } from './open-sqlite.ts';

const defaultPoolSize = 10;

/**
 * Opens `mysql://user:password@host:port/database` or `sqlite:/path/to/file` and brings its schema up to date.
 *
 * @throws InputError when the address is neither; TroubleError when the database refuses or does not answer.
 */
export async function openDatabase<Tables>(address: string, poolSize = defaultPoolSize): Promise<Database<Tables>> {
  if (address.startsWith('sqlite:')) return openEmbedded(address.slice('sqlite:'.length));
  if (/^mysql:\/\//.test(address)) return openMysql(address, poolSize);
  throw new InputError(
    `the database address must look like mysql://user:password@host:3306/name or sqlite:/path/to/file`,
  );
}

async function openEmbedded<Tables>(file: string): Promise<Database<Tables>> {
  const { kysely, migrated } = await openSqlite<Tables>(file, openInThread);
  return new Database('sqlite', kysely, file, migrated);
}

async function openMysql<Tables>(url: string, poolSize: number): Promise<Database<Tables>> {
  const name = nameOf(url);
  const migrated = await migrateMysql(url, name).catch((error) => {
    if (error instanceof TroubleError) throw error;
    const what = isUnreachable(error) ? 'does not answer' : 'refuses';
    throw new TroubleError(`database ${name} ${what}: ${error.message || error.code}`, { cause: error });
  });
  const dialect = new MysqlDialect({
    pool: mysqlPool(url, poolSize),
    onCreateConnection: async (connection) => {
      // Rows that a statement has seen must not lock the gaps between them, or links of different numbers block each other.
      await connection.executeQuery(CompiledQuery.raw('set session transaction isolation level read committed'));
      // now() in a zone with summer time says one hour twice a year.
      await connection.executeQuery(CompiledQuery.raw("set time_zone = '+00:00'"));
    },
  });
  return new Database<Tables>('mysql', new Kysely({ dialect }), name, migrated);
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
