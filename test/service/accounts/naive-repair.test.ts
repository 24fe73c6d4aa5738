import { describe, expect, test } from 'vitest';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { isDuplicate } from '../../../src/store/database/database-errors.ts';
import { createOldAccounts, oldLink, repairedLink, setOldStatus } from '../../../src/study/old-accounts.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const number = { workspace: 'w', phone: '15550100123' };

async function oldSchema(newAddress: () => Promise<string>): Promise<ServiceDatabase> {
  const { database } = await newServiceDatabase(newAddress);
  await createOldAccounts(database.kysely);
  return database;
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe.each(engines)('the old schema in %s', (_, newAddress) => {
  test('refuses a link as long as a row of the number is stuck in qr_scanning', async () => {
    const { kysely, close } = bound(await oldSchema(newAddress));
    expect(await errorOf(oldLink(kysely, 'first', number))).toBeNull();
    expect(isDuplicate(await errorOf(oldLink(kysely, 'second', number)))).toBe(true);
    await close();
  });

  test('refuses that a second session of a number becomes connected, though the first is long gone', async () => {
    const { kysely, close } = bound(await oldSchema(newAddress));
    for (const id of ['first', 'second']) {
      await oldLink(kysely, id, number);
      await setOldStatus(kysely, id, 'authenticated');
      if (id === 'first') await setOldStatus(kysely, id, 'connected');
    }
    expect(isDuplicate(await errorOf(setOldStatus(kysely, 'second', 'connected')))).toBe(true);
    await close();
  });
});

describe.each(engines)('the naive repair on the old schema in %s', (_, newAddress) => {
  test('works for the first stuck row and fails at the second', async () => {
    const { kysely, close } = bound(await oldSchema(newAddress));
    expect(await errorOf(repairedLink(kysely, 'first', number))).toBeNull();
    expect(await errorOf(repairedLink(kysely, 'second', number))).toBeNull();
    expect(isDuplicate(await errorOf(repairedLink(kysely, 'third', number)))).toBe(true);
    await close();
  });

  test('fails for most of the links that come at the same time', async () => {
    const { kysely, close } = bound(await oldSchema(newAddress));
    const links = Array.from({ length: 16 }, (_, i) => errorOf(repairedLink(kysely, `link-${i}`, number)));
    expect((await Promise.all(links)).filter((error) => error !== null).length).toBeGreaterThanOrEqual(14);
    await close();
  });
});

function bound(database: ServiceDatabase) {
  return { kysely: database.kysely, close: () => database.close() };
}
