import { expect, test } from 'vitest';
import { keepHouse } from '../../src/service/housekeeping.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';

test('answers older than a day are forgotten, younger ones are kept', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { database } = await newServiceDatabase(newAddress);
  const row = { caller: 'open', request_sha256: 'x', status: 200, body: null };
  const hourMs = 3_600_000;
  for (const hours of [23, 25]) {
    const values = { ...row, idempotency_key: `${hours}`, created_at: Date.now() - hours * hourMs };
    await database.kysely.insertInto('idempotency_keys').values(values).execute();
  }
  await keepHouse(database);
  expect(await database.kysely.selectFrom('idempotency_keys').select('idempotency_key').execute()).toEqual([
    { idempotency_key: '23' },
  ]);
  await database.close();
});
