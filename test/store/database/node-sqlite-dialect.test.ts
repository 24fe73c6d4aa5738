import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { NodeSqliteDialect } from '../../../src/store/database/node-sqlite-dialect.ts';
import { openInThread } from '../../../src/store/database/open-in-thread.ts';
import { openHere } from '../../../src/store/database/sqlite-file.ts';

test.each([
  ['in this thread', openHere],
  ['in a thread of its own', openInThread],
])('%s: a transaction that SQLite has rolled back by itself fails with the error that caused it', async (_, open) => {
  const kysely = new Kysely({ dialect: new NodeSqliteDialect(open(':memory:')) });
  await sql`create table t (id integer)`.execute(kysely);
  await sql`create trigger full before insert on t begin select raise(rollback, 'disk full'); end`.execute(kysely);
  const insert = kysely.transaction().execute((tx) => sql`insert into t values (1)`.execute(tx));
  await expect(insert).rejects.toMatchObject({ message: 'disk full', errcode: 1811 });
  const { rows } = await sql`select * from t`.execute(kysely);
  expect(rows).toEqual([]);
  await kysely.destroy();
});
