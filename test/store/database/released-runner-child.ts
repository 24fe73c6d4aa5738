import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

/**
 * Migrates the database of argv[2] with the files of argv[3] as a program without Kysely's Migrator does it, statement for statement, and prints
 * the names of those that it ran.
 */
const [address = '', folder = ''] = process.argv.slice(2);
const known = readdirSync(folder)
  .filter((name) => /^\d{4}-[\w-]+\.sql$/.test(name))
  .sort();

function missingOf(done: string[]): string[] {
  const foreign = done.filter((name) => !known.includes(name));
  if (foreign.length > 0) throw new Error(`its schema is newer than this program (it has ${foreign.join(', ')})`);
  return known.filter((name) => !done.includes(name));
}

function migrateSqlite(file: string): string[] {
  const database = new DatabaseSync(file, { timeout: 15_000 });
  database.exec('pragma journal_mode = wal');
  database.exec('begin immediate');
  database.exec('create table if not exists migrations (name text not null primary key, ran_at text not null) strict');
  const rows = database.prepare('select name from migrations').all() as { name: string }[];
  const missing = missingOf(rows.map(({ name }) => name));
  for (const name of missing) {
    database.exec(readFileSync(join(folder, name), 'utf8'));
    database.prepare('insert into migrations (name, ran_at) values (?, ?)').run(name, new Date().toISOString());
  }
  database.exec('commit');
  database.close();
  return missing;
}

async function migrateMysql(url: string): Promise<string[]> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  await connection.query("select get_lock(concat('wwebjs_canary_', left(sha2(database(), 256), 40)), 120) as taken");
  await connection.query(
    `create table if not exists migrations (name varchar(200) not null primary key, ran_at varchar(30) not null)
     engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`,
  );
  const [rows] = await connection.query<RowDataPacket[]>('select name from migrations');
  const missing = missingOf(rows.map(({ name }) => String(name)));
  for (const name of missing) {
    await connection.query(readFileSync(join(folder, name), 'utf8'));
    await connection.query('insert into migrations (name, ran_at) values (?, ?)', [name, new Date().toISOString()]);
  }
  await connection.end();
  return missing;
}

const isSqlite = address.startsWith('sqlite:');
const ran = isSqlite ? migrateSqlite(address.slice('sqlite:'.length)) : await migrateMysql(address);
process.stdout.write(JSON.stringify(ran));
