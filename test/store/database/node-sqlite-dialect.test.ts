import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { NodeSqliteDialect } from '../../../src/store/database/node-sqlite-dialect.ts';
import { openInThread } from '../../../src/store/database/open-in-thread.ts';
import { openHere } from '../../../src/store/database/sqlite-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

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

test('a file that cannot be opened in a thread fails each statement with the code of SQLite', async () => {
  const file = openInThread(join(temporaryFolder(), 'no-such-folder', 'store.sqlite'));
  const results = await Promise.allSettled([file.run('select 1', []), file.runAll('select 1')]);
  expect(results.map((result) => result.status === 'rejected' && result.reason.errcode)).toEqual([14, 14]);
  await file.close();
});

test('statements that wait in a thread are answered in their order, and those after the end of the thread are refused', async () => {
  const file = openInThread(join(temporaryFolder(), 'store.sqlite'));
  const answers = await Promise.all([
    file.runAll('create table t (id integer primary key, bytes blob); insert into t (bytes) values (null)'),
    file.run('insert into t (bytes) values (?)', [Buffer.from('bytes')]),
    file.run('select id, bytes from t', []),
  ]);
  expect(answers[1]).toMatchObject({ insertId: 2n, numAffectedRows: 1n });
  expect(answers[2]?.rows).toEqual([
    { id: 1, bytes: null },
    { id: 2, bytes: new Uint8Array(Buffer.from('bytes')) },
  ]);
  await file.close();
  await expect(file.run('select 1', [])).rejects.toThrow('the thread of the database');
});
