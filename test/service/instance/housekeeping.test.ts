import { expect, test } from 'vitest';
import { keepHouse } from '../../../src/service/instance/housekeeping.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test.each(engines)('what is no longer needed is deleted, the rest is kept, with %s', async (_, newAddress) => {
  const { database, workspace } = await newServiceDatabase(newAddress);
  const { kysely } = database;
  const ago = (ms: number) => Date.now() - ms;
  const webhook = { id: 'hook', workspace_id: workspace, url: 'https://example.com', secret: 's', deleted_at: null };
  await kysely
    .insertInto('webhooks')
    .values({ ...webhook, created_at: ago(0) })
    .execute();
  const answer = { caller: 'open', request_sha256: 'x', status: 200, body: null };
  const delivery = { webhook_id: 'hook', body: '{}', attempts: 1, next_attempt_at: 0, last_result: null };
  const deliveries: [id: string, state: 'delivered' | 'dead' | 'pending', age: number][] = [
    ['delivered, young', 'delivered', 6 * dayMs],
    ['delivered, old', 'delivered', 8 * dayMs],
    ['dead, young', 'dead', 29 * dayMs],
    ['dead, old', 'dead', 31 * dayMs],
    ['pending', 'pending', 31 * dayMs],
  ];
  const key = { name: 'k', scope: 'read' as const, secret_sha256: 'x', created_at: ago(60 * dayMs) };
  // More than one batch of answers.
  for (let count = 0; count < 2_500; count += 500) {
    const rows = Array.from({ length: 500 }, (_, at) => ({ ...answer, idempotency_key: `old ${count + at}` }));
    await kysely
      .insertInto('idempotency_keys')
      .values(rows.map((row) => ({ ...row, created_at: ago(25 * hourMs) })))
      .execute();
  }
  await kysely
    .insertInto('idempotency_keys')
    .values({ ...answer, idempotency_key: 'young', created_at: ago(23 * hourMs) })
    .execute();
  for (const [id, state, age] of deliveries) {
    await kysely
      .insertInto('webhook_deliveries')
      .values({ ...delivery, id, state, created_at: ago(age) })
      .execute();
  }
  for (const [id, expires_at] of [
    ['lasting', null],
    ['ended', ago(6 * dayMs)],
    ['long ended', ago(8 * dayMs)],
  ] as const) {
    await kysely
      .insertInto('api_keys')
      .values({ ...key, id, expires_at })
      .execute();
  }
  await keepHouse(database, hourMs);
  const left = async (
    table: 'idempotency_keys' | 'webhook_deliveries' | 'api_keys',
    column: 'idempotency_key' | 'id',
  ) =>
    (
      await kysely
        .selectFrom(table)
        .select(column as 'id')
        .execute()
    )
      .map((row) => Object.values(row)[0])
      .toSorted();
  expect(await left('idempotency_keys', 'idempotency_key')).toEqual(['young']);
  expect(await left('webhook_deliveries', 'id')).toEqual(['dead, young', 'delivered, young', 'pending']);
  expect(await left('api_keys', 'id')).toEqual(['ended', 'lasting']);
  await database.close();
});
