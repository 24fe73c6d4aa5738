import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { isDuplicate } from '../../../src/store/database/database-errors.ts';
import { stopMysqlServer } from '../../support/mysql-server.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

afterAll(stopMysqlServer);

/** The table as it was when links failed in production: the key names the status, so it holds for dead rows too. */
async function oldSchema(newAddress: () => Promise<string>): Promise<ServiceDatabase> {
  const { database } = await newServiceDatabase(newAddress);
  await sql`create table old_accounts (
    id varchar(36) not null primary key, workspace_id varchar(36) not null, phone varchar(15) not null, status varchar(16) not null
  )`.execute(database.kysely);
  await sql`create unique index old_active_phone_workspace on old_accounts (workspace_id, phone, status)`.execute(
    database.kysely,
  );
  return database;
}

/** The repair that was made at the time: set the stuck row to inactive, then insert the new one. */
async function naiveLink(database: ServiceDatabase, id: string): Promise<void> {
  await database.kysely.transaction().execute(async (tx) => {
    await sql`update old_accounts set status = 'inactive'
      where workspace_id = 'w' and phone = '15550100123' and status = 'qr_scanning'`.execute(tx);
    await sql`insert into old_accounts (id, workspace_id, phone, status)
      values (${id}, 'w', '15550100123', 'qr_scanning')`.execute(tx);
  });
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe.each(engines)('the naive repair on the old schema in %s', (_, newAddress) => {
  test('works for the first stuck row and fails at the second', async () => {
    const database = await oldSchema(newAddress);
    expect(await errorOf(naiveLink(database, 'first'))).toBeNull();
    expect(await errorOf(naiveLink(database, 'second'))).toBeNull();
    expect(isDuplicate(await errorOf(naiveLink(database, 'third')))).toBe(true);
    await database.close();
  });

  test('fails for most of the links that come at the same time', async () => {
    const database = await oldSchema(newAddress);
    const errors = await Promise.all(Array.from({ length: 16 }, (_, i) => errorOf(naiveLink(database, `link-${i}`))));
    expect(errors.filter((error) => error !== null).length).toBeGreaterThanOrEqual(14);
    await database.close();
  });
});
