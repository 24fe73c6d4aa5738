import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 300_000 });

test('a transaction whose statement takes too long fails with that, and not with the rollback that failed after it', async () => {
  const database = await openDatabase(await newMysqlDatabase(), 1);
  const stuck = database.transaction(async (tx) => {
    await sql`select sleep(30)`.execute(tx);
  });
  await expect(stuck).rejects.toMatchObject({ code: 'ETIMEDOUT', message: expect.stringContaining('did not end') });
  await database.ping();
  await database.close();
});

test('a transaction whose connection is killed fails with the end of the connection', async () => {
  const database = await openDatabase(await newMysqlDatabase(), 2);
  const killed = database.transaction(async (tx) => {
    const { rows } = await sql<{ id: number }>`select connection_id() as id`.execute(tx);
    const stuck = sql`select sleep(30)`.execute(tx);
    // Both are awaited from the start: either may be answered first.
    await Promise.all([stuck, sql`kill ${sql.lit(rows[0]?.id)}`.execute(database.kysely)]);
  });
  await expect(killed).rejects.not.toThrow('closed state');
  await database.ping();
  await database.close();
});
