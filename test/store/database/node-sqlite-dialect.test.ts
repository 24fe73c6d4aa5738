import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { NodeSqliteDialect } from '../../../src/store/database/node-sqlite-dialect.ts';

test('a transaction that SQLite has rolled back by itself fails with the error that caused it', async () => {
  const kysely = new Kysely({ dialect: new NodeSqliteDialect(new DatabaseSync(':memory:')) });
  await sql`create table t (id integer)`.execute(kysely);
  await sql`create trigger full before insert on t begin select raise(rollback, 'disk full'); end`.execute(kysely);
  const insert = kysely.transaction().execute((tx) => sql`insert into t values (1)`.execute(tx));
  await expect(insert).rejects.toThrow('disk full');
  await kysely.destroy();
});
