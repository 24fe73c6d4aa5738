import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { packageRoot } from '../../contracts/home.ts';
import { TroubleError } from '../../contracts/input-error.ts';

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
  const connection = await createConnection({ uri: url, multipleStatements: true, connectTimeout: 10_000 });
  try {
    await lock(connection, name);
    return await runMissing(connection, name, folder);
  } finally {
    // Ends the lock with it.
    await connection.end();
  }
}

async function lock(connection: Connection, name: string): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "select get_lock(concat('wwebjs_canary_', left(sha2(database(), 256), 40)), ?) as taken",
    [lockWaitSeconds],
  );
  if (rows[0]?.taken !== 1) {
    throw new TroubleError(`database ${name}: another instance has been migrating it for ${lockWaitSeconds} s`);
  }
}

async function runMissing(connection: Connection, name: string, folder: string): Promise<string[]> {
  await connection.query(
    `create table if not exists migrations (name varchar(200) not null primary key, ran_at varchar(30) not null)
     engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`,
  );
  const [rows] = await connection.query<RowDataPacket[]>('select name from migrations');
  const done = new Set(rows.map((row) => String(row.name)));
  const known = readdirSync(folder)
    .filter((file) => /^\d{4}-[\w-]+\.sql$/.test(file))
    .sort();
  const foreign = [...done].filter((file) => !known.includes(file));
  if (foreign.length > 0) {
    throw new TroubleError(
      `database ${name}: its schema is newer than this program (it has ${foreign.join(', ')}); update wwebjs-canary`,
    );
  }
  const missing = known.filter((file) => !done.has(file));
  for (const file of missing) {
    await connection.query(readFileSync(join(folder, file), 'utf8')).catch((error) => refuse(error, name, file));
    await connection.query('insert into migrations (name, ran_at) values (?, ?)', [file, new Date().toISOString()]);
  }
  return missing;
}

function refuse(error: { errno?: number; message: string }, name: string, file: string): never {
  const hint =
    error.errno === 1419
      ? '; start the server with log_bin_trust_function_creators = 1, or migrate as a user with SUPER'
      : '';
  throw new TroubleError(`database ${name}: migration ${file} failed: ${error.message}${hint}`, { cause: error });
}
