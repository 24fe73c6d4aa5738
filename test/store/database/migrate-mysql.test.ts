import { execFile } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import { migrateMysql } from '../../../src/store/database/migrate-mysql.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test.each(engines)('%s: when eight instances start together each migration runs once', async (_, newAddress) => {
  const address = await newAddress();
  const child = join(import.meta.dirname, 'open-database-child.ts');
  const starts = Array.from({ length: 8 }, () => promisify(execFile)(process.execPath, [child, address]));
  const ran = (await Promise.all(starts)).flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
  expect(ran).toEqual([...new Set(ran)]);
  expect(ran).toContain('0101-accounts.sql');
});

test('a schema of a newer program is refused', async () => {
  const url = await newMysqlDatabase();
  await (await openDatabase(url)).close();
  const connection = await createConnection(url);
  await connection.query("insert into migrations (name, timestamp) values ('9999-of-the-future.sql', '2030-01-01')");
  await connection.end();
  await expect(openDatabase(url)).rejects.toThrow(
    /schema is newer than this program \(it has 9999-of-the-future\.sql\)/,
  );
});

test('a migration that stopped half-way is run again as a whole', async () => {
  const url = await newMysqlDatabase();
  const folder = temporaryFolder();
  const file = join(folder, '0001-two-tables.sql');
  const first = 'create table if not exists one (id int);';
  writeFileSync(file, `${first} this is not SQL;`);
  await expect(migrateMysql(url, 'test', folder)).rejects.toThrow(TroubleError);
  writeFileSync(file, `${first} create table if not exists two (id int);`);
  expect(await migrateMysql(url, 'test', folder)).toEqual(['0001-two-tables.sql']);
  expect(await migrateMysql(url, 'test', folder)).toEqual([]);
});

test('every migration of the service can be run again when the server died before it was written down', async () => {
  const url = await newMysqlDatabase();
  const [all, known] = [join(packageRoot, 'sql', 'mysql'), temporaryFolder()];
  const connection = await createConnection(url);
  for (const file of readdirSync(all).sort()) {
    copyFileSync(join(all, file), join(known, file));
    await migrateMysql(url, 'test', known);
    await connection.query('delete from migrations where name = ?', [file]);
    expect(await migrateMysql(url, 'test', known)).toEqual([file]);
  }
  await connection.end();
});

test('a history from before builds were kept goes on with them, also where that migration stopped half-way', async () => {
  const url = await newMysqlDatabase();
  const [all, older] = [join(packageRoot, 'sql', 'mysql'), temporaryFolder()];
  const migration = '0118-builds-of-links.sql';
  for (const file of readdirSync(all)) if (file < migration) copyFileSync(join(all, file), join(older, file));
  await migrateMysql(url, 'test', older);
  const connection = await createConnection({ uri: url, multipleStatements: true });
  await connection.query(`
    insert into workspaces values ('w', 'W', 0);
    insert into whatsapp_accounts (id, workspace_id, session_id, status, status_cause, status_since, \`library\`, instance_id,
      lease_token, created_at) values ('a', 'w', 's', 'qr_scanning', 'link-asked', 0, '1.34.7', 'i', 1, 0);
    update whatsapp_accounts set status = 'authenticated' where id = 'a'`);
  expect(await migrateMysql(url, 'test')).toContain(migration);
  await connection.query('delete from migrations where name = ?', [migration]);
  expect(await migrateMysql(url, 'test')).toEqual([migration]);
  await connection.query("update whatsapp_accounts set status = 'connected', build = '2.3000.1' where id = 'a'");
  const [rows] = await connection.query('select to_status, build from account_history order by seq');
  await connection.end();
  expect(rows).toEqual([
    { to_status: 'qr_scanning', build: null },
    { to_status: 'authenticated', build: null },
    { to_status: 'connected', build: '2.3000.1' },
  ]);
});

test('an address that cannot be right is refused with what is right', async () => {
  await expect(openDatabase('postgres://x/y')).rejects.toThrow(/must look like mysql:\/\/.* or sqlite:/);
  await expect(openDatabase('mysql://host-without-database')).rejects.toThrow(/needs a host and a database/);
});

test('a server that is not there is named without its password', async () => {
  const refused = await openDatabase('mysql://user:hidden@127.0.0.1:1/name').catch((error: Error) => error.message);
  expect(refused).toMatch(/^database 127\.0\.0\.1:1\/name does not answer/);
  expect(refused).not.toContain('hidden');
});
