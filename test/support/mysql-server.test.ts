import { createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { newMysqlDatabase } from './mysql-server.ts';

test('tests have a real MySQL or MariaDB server with databases of their own', async () => {
  const [one, other] = [await newMysqlDatabase(), await newMysqlDatabase()];
  expect(one).not.toBe(other);
  const connection = await createConnection(one);
  const [rows] = await connection.query('select version() as version, database() as name');
  expect(rows).toMatchObject([{ version: expect.stringMatching(/^(8|9|1\d)\./), name: one.split('/').at(-1) }]);
  await connection.end();
});
