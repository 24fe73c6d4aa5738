import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiKeys } from '../../../../src/service/http/keys/api-keys.ts';
import { engines } from '../../../support/service-databases.ts';
import { silentHosts } from '../../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';

describe.each(engines)('API keys with %s', (_, newAddress) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  });
  afterAll(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });

  const statusWith = async (key: string) =>
    (await server.ask('GET', '/v1/workspaces', undefined, { authorization: `Bearer ${key}` })).status;

  test('a revoked key cannot be brought back by rotating it', async () => {
    const { id, key } = await server.keys.create('leaked', 'read');
    expect((await server.ask('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    const rotated = await server.ask('POST', `/v1/keys/${id}/rotate`, { overlapSeconds: 3_600 });
    expect(rotated).toMatchObject({ status: 409, body: { code: 'key-expired' } });
    expect(await statusWith(key)).toBe(401);
  });

  test('a key that another instance revoked works here for two seconds at most', async () => {
    const { id, key } = await server.keys.create('leaked too', 'read');
    const elsewhere = new ApiKeys(server.service.database);
    expect(await statusWith(key)).toBe(200);
    await elsewhere.revoke(id);
    await sleep(2_000);
    expect(await statusWith(key)).toBe(401);
  });

  test('rotating once more does not prolong the overlap that goes on', async () => {
    const { id } = await server.keys.create('robot', 'read');
    const endOf = async () => (await server.keys.list()).find((key) => key.id === id)?.expiresAt ?? 0;
    await server.ask('POST', `/v1/keys/${id}/rotate`, { overlapSeconds: 60 });
    const end = await endOf();
    await server.ask('POST', `/v1/keys/${id}/rotate`, { overlapSeconds: 3_600 });
    expect(await endOf()).toBe(end);
  });

  test('two admins who revoke each other at the same moment leave one', async () => {
    for (const { id, scope } of await server.keys.list()) if (scope !== 'admin') await server.keys.revoke(id);
    const own = server.key.split('_')[1] as string;
    const other = await server.keys.create('other admin', 'admin');
    const both = await Promise.allSettled([server.keys.revoke(own), server.keys.revoke(other.id)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await server.keys.any()).toBe(true);
    server.key = (await server.keys.create('test', 'admin')).key;
  });

  test('no table shows a key or the secret of a webhook, not even as the answer to an idempotent write', async () => {
    const headers = { 'idempotency-key': 'once' };
    const created = await server.ask('POST', '/v1/keys', { name: 'x', scope: 'read' }, headers);
    const again = await server.ask('POST', '/v1/keys', { name: 'x', scope: 'read' }, headers);
    expect(again.body).toEqual(created.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const { kysely } = server.service.database;
    const tables = (await kysely.introspection.getTables()).map(({ name }) => name);
    expect(tables).toContain('idempotency_keys');
    for (const table of tables) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(kysely);
      expect(JSON.stringify(rows), table).not.toContain(created.body.key.split('_')[2]);
    }
  });
});

test('who needed no key on a loopback address needs one from the moment that there is one', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const server = await startTestServer({ database: await newAddress(), openHost: silentHosts }, { open: true });
  const headers = { host: 'localhost:8080' };
  const status = async () => (await server.ask('GET', '/v1/workspaces', undefined, headers)).status;
  expect(await status()).toBe(200);
  await server.keys.create('first', 'admin');
  expect(await status()).toBe(401);
  await server.stop();
});
