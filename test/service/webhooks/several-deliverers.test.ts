import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../../../src/service/tables.ts';
import { Deliverer } from '../../../src/service/webhooks/deliverer.ts';
import { Webhooks } from '../../../src/service/webhooks/webhooks.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { newSealer, until } from '../../support/test-service.ts';

describe.each(engines)('deliverers of two instances with %s', (_, newAddress) => {
  let databases: ServiceDatabase[];
  let workspace: WorkspaceId;
  let webhooks: Webhooks;
  let receiver: Server;
  let heard: string[];
  let status: number;

  beforeEach(async () => {
    const service = await newServiceDatabase(newAddress);
    workspace = service.workspace;
    databases = [service.database, await openDatabase<ServiceTables>(service.address)];
    webhooks = new Webhooks(service.database, newSealer(), true);
    heard = [];
    status = 200;
    receiver = createServer((request, response) => {
      heard.push(String(request.headers['webhook-id']));
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    for (const path of ['a', 'b', 'c']) await webhooks.create(workspace, `http://127.0.0.1:${port}/${path}`);
  });
  afterEach(async () => {
    receiver.close();
    await Promise.all(databases.map((database) => database.close()));
  });

  const deliveries = () =>
    (databases[0] as ServiceDatabase).kysely
      .selectFrom('webhook_deliveries')
      .select(['id', 'state', 'attempts', 'next_attempt_at', (databases[0] as ServiceDatabase).now.as('now')])
      .execute();

  async function send(messages: number): Promise<void> {
    const ids = SessionIds.create(workspace);
    for (let i = 0; i < messages; i++) await webhooks.messages([{ ids, message: { body: `message ${i}` } }]);
    const deliverers = databases.map((database) => new Deliverer(database, newSealer(), { allowPrivate: true }));
    await until('each message was sent to each webhook', async () => {
      await Promise.all(deliverers.map((deliverer) => deliverer.round()));
      const rows = await deliveries();
      return rows.length === 3 * messages && rows.every(({ attempts }) => attempts > 0);
    });
    await Promise.all(deliverers.map((deliverer) => deliverer.stop()));
  }

  test('send each delivery once', async () => {
    await send(20);
    const rows = await deliveries();
    expect(heard.toSorted()).toEqual(rows.map(({ id }) => id).sort());
    expect(new Set(rows.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['delivered 1']));
  });

  test('wait ten seconds before they send again what was refused', async () => {
    status = 500;
    await send(2);
    for (const { state, attempts, next_attempt_at, now } of await deliveries()) {
      expect([state, attempts]).toEqual(['pending', 1]);
      expect(next_attempt_at - Number(now)).toBeGreaterThan(5_000);
      expect(next_attempt_at - Number(now)).toBeLessThanOrEqual(10_000);
    }
  });
});
