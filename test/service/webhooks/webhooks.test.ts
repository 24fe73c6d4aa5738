import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { webhookEventSchema } from '../../../src/contracts/service-events.ts';
import { Exporter } from '../../../src/exporter/exporter.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { post } from '../../../src/service/webhooks/post.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { aMinuteLater } from '../../support/a-minute-later.ts';
import { lightHosts } from '../../support/light-host.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const unexpected = (error: unknown) => {
  throw error;
};

interface Heard {
  body: string;
  signature: string;
  id: string;
}

const heard: Heard[] = [];
let status = 200;
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  heard.push({
    body,
    signature: String(request.headers['webhook-signature']),
    id: String(request.headers['webhook-id']),
  });
  response.writeHead(status, { location: 'http://127.0.0.1/elsewhere' }).end();
});
let address: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  receiver.close();
});

describe.each(engines)('webhooks with %s', (_, newAddress) => {
  let server: TestServer;
  let webhooks: string;
  let accounts: string;

  beforeEach(async () => {
    heard.length = 0;
    status = 200;
    const database = await newAddress();
    server = await startTestServer({ database, openHost: silentHosts, allowPrivateWebhooks: true });
    const { body } = await server.ask('POST', '/v1/workspaces', { name: 'W' });
    webhooks = `/v1/workspaces/${body.id}/webhooks`;
    accounts = `/v1/workspaces/${body.id}/accounts`;
  });
  afterEach(async () => {
    await server.stop();
    expect(server.troubles).toEqual([]);
  });

  test('every change of status is delivered once, signed', async () => {
    const { body: webhook } = await server.ask('POST', webhooks, { url: address });
    const { body: account } = await server.ask('POST', accounts, {});
    await server.ask('POST', `${accounts}/${account.id}/logout`);
    await until('both changes are delivered', () => heard.length >= 2);
    const events = heard
      .map(({ body }) => webhookEventSchema.parse(JSON.parse(body)))
      .sort((a, b) => a.at.localeCompare(b.at));
    expect(events).toMatchObject([
      { type: 'account.status', account: account.id, data: { from: 'none', to: 'qr_scanning' } },
      { type: 'account.status', account: account.id, data: { to: 'inactive', cause: 'logout-asked' } },
    ]);
    for (const { body, signature } of heard) {
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(signature) ?? [];
      expect(createHmac('sha256', webhook.secret).update(`${t}.${body}`).digest('hex')).toBe(v1);
    }
  });

  test('what is not taken is tried again with the same id, and as a dead letter can be sent again', async () => {
    status = 302;
    const { body: webhook } = await server.ask('POST', webhooks, { url: address });
    await server.ask('POST', accounts, {});
    await until('a first attempt', () => heard.length === 1);
    const { kysely } = server.service.database;
    const soon = () => kysely.updateTable('webhook_deliveries').set({ next_attempt_at: 0, attempts: 9 }).execute();
    await until(
      'its result is kept',
      async () =>
        (await kysely.selectFrom('webhook_deliveries').select('last_result').executeTakeFirst())?.last_result ===
        'status 302',
    );
    await soon();
    const list = `${webhooks}/${webhook.id}/deliveries`;
    const [dead] = await until('a dead letter', async () => {
      const { items } = (await server.ask('GET', list)).body;
      return items.length > 0 ? items : null;
    });
    expect(dead).toMatchObject({ state: 'dead', attempts: 10, lastResult: 'status 302' });
    status = 204;
    expect((await server.ask('POST', `${webhooks}/${webhook.id}/resend`)).body).toEqual({ resent: 1 });
    await until(
      'it is delivered',
      async () => (await server.ask('GET', `${list}?state=delivered`)).body.items.length === 1,
    );
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
  });

  test('what fails is seen at once: in the list of webhooks, with its deliveries, and in the metrics', async () => {
    status = 500;
    const { body: webhook } = await server.ask('POST', webhooks, { url: address });
    expect(webhook).toMatchObject({ failingSince: null, pending: 0, oldestPendingAt: null, dead: 0 });
    const { headers } = await server.ask('POST', accounts, {}, { 'x-request-id': 'deploy.7' });
    expect(headers['x-request-id']).toBe('deploy.7');
    const time = expect.stringMatching(/^20\d\d-.*Z$/);
    const failing = await until('it failed', async () => {
      const [one] = (await server.ask('GET', webhooks)).body.items;
      return one.failingSince !== null && one;
    });
    expect(failing).toMatchObject({ failingSince: time, pending: 1, oldestPendingAt: time, dead: 0 });
    const list = `${webhooks}/${webhook.id}/deliveries`;
    const { items } = (await server.ask('GET', `${list}?state=pending`)).body;
    const tries = { attempts: 1, lastResult: 'status 500', lastAttemptAt: time, nextAttemptAt: time };
    expect(items).toMatchObject([{ state: 'pending', request: 'deploy.7', ...tries }]);
    expect(Date.parse(items[0].nextAttemptAt)).toBeGreaterThan(Date.parse(items[0].lastAttemptAt));
    expect((await server.ask('GET', list)).body.items, 'dead letters').toEqual([]);

    const { database } = server.service;
    const exported = async () => {
      const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
      const { text } = await new Exporter(store, aMinuteLater(database) as never, unexpected).read();
      await store.close();
      return text;
    };
    const before = await until('a minute has passed', async () => {
      const text = await exported();
      return text.includes('wwebjs_webhooks{state="failing"} 1') && text;
    });
    expect(before).toContain('wwebjs_webhook_deliveries_pending 1\n');
    expect(before).toMatch(/wwebjs_webhook_oldest_pending_age_seconds 6\d/);
    expect(before, 'to a webhook that fails nothing is late').toContain('wwebjs_webhook_delivery_delay_seconds 0\n');

    status = 204;
    await database.kysely.updateTable('webhook_deliveries').set({ next_attempt_at: 0 }).execute();
    await until('it works', async () => (await server.ask('GET', webhooks)).body.items[0].failingSince === null);
    const [delivered] = (await server.ask('GET', `${list}?state=all`)).body.items;
    expect(delivered).toMatchObject({ state: 'delivered', attempts: 2, nextAttemptAt: null, lastResult: 'status 204' });
    expect(await exported()).toContain('wwebjs_webhooks{state="working"} 1\n');
    const own = await server.service.metrics.registry.metrics();
    for (const outcome of ['refused', 'delivered'])
      expect(own).toContain(`wwebjs_webhook_attempts_total{outcome="${outcome}"} 1\n`);
  });

  test('dead letters are listed page by page, and one alone can be sent again', async () => {
    status = 500;
    const { body: webhook } = await server.ask('POST', webhooks, { url: address });
    for (let count = 0; count < 5; count++) await server.ask('POST', accounts, {});
    await until('each was tried', () => heard.length === 5);
    const { kysely } = server.service.database;
    // All of the same millisecond: the order needs the ids.
    await kysely.updateTable('webhook_deliveries').set({ state: 'dead', created_at: 1_000 }).execute();
    const list = `${webhooks}/${webhook.id}/deliveries`;
    const pages: string[][] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await server.ask('GET', `${list}?limit=2${next && `&after=${next}`}`);
      pages.push(body.items.map(({ id }: { id: string }) => id));
      next = body.next;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(5);
    status = 204;
    const [one] = pages.flat();
    const resend = `${list}/${one}/resend`;
    expect(await server.ask('POST', resend)).toMatchObject({ status: 202, body: { resent: 1 } });
    await until('it is delivered', async () => (await server.ask('GET', `${list}?state=delivered`)).body.items[0]);
    expect((await server.ask('GET', list)).body.items).toHaveLength(4);
    expect(heard.filter(({ id }) => id === one)).toHaveLength(2);
    expect((await server.ask('POST', resend)).body).toMatchObject({ code: 'delivery-unknown' });
  });

  test('a receiver that never answers delays no other', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const hole = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    await server.ask('POST', webhooks, { url: hole });
    for (let count = 0; count < 30; count++) await server.ask('POST', accounts, {});
    const { body: other } = await server.ask('POST', '/v1/workspaces', { name: 'Other' });
    await server.ask('POST', `/v1/workspaces/${other.id}/webhooks`, { url: address });
    await server.ask('POST', `/v1/workspaces/${other.id}/accounts`, {});
    const since = performance.now();
    await until('the other workspace has its delivery', () => heard.length > 0);
    expect(performance.now() - since, 'sooner than the first silence is over').toBeLessThan(9_000);
    silent.closeAllConnections();
    silent.close();
  });

  test('an account whose session is not started any more is reported, with the code', async () => {
    await server.ask('POST', webhooks, { url: address });
    const { body: account } = await server.ask('POST', accounts, {});
    const { kysely, now } = server.service.database;
    const broken = { attention_code: 'start-timeout', attention_at: now };
    await kysely.updateTable('sessions').set(broken).where('account_id', '=', account.id).execute();
    const delivered = await until('it is delivered', () =>
      heard.find(({ body }) => body.includes('account.attention')),
    );
    expect(webhookEventSchema.parse(JSON.parse(delivered.body))).toMatchObject({
      account: account.id,
      data: { code: 'start-timeout' },
    });
  });
});

test('messages are delivered whole, also those that came while the database was unreachable', async () => {
  const replica = await startReplica({ build: '2.3000.1044822804' });
  const mysql = new URL(await newMysqlDatabase());
  const proxy = await TcpProxy.to(Number(mysql.port));
  mysql.port = String(proxy.port);
  const openHost = lightHosts({ port: replica.port });
  const { service } = await startTestService({ database: mysql.href, openHost, allowPrivateWebhooks: true });
  heard.length = 0;
  status = 200;
  const { id: workspace } = await service.workspaces.create('W');
  const { id: phone } = replica.phones.create('15550190001');
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
  await service.webhooks.create(workspace, address);
  const bodies = ['first', 'x'.repeat(60_000), 'third'];
  replica.phones.send(phone, { body: bodies[0] as string });
  proxy.cut('refuse');
  for (const body of bodies.slice(1)) replica.phones.send(phone, { body });
  await until('the cut is noticed', () => !service.ready);
  proxy.mend();
  const delivered = () => heard.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'message');
  await until('all are delivered', () => delivered().length >= bodies.length);
  expect(new Set(delivered().map(({ data }) => data.body))).toEqual(new Set(bodies));
  await service.stop();
  await proxy.close();
  await replica.close();
});

test('a webhook gets the events that it subscribes to and no others, and the account is reported to one without subscriptions', async () => {
  const replica = await startReplica({ build: '2.3000.1044822804' });
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const openHost = lightHosts({ port: replica.port });
  const eventsOf = async () => ['message', 'message_ack', 'qr'];
  const server = await startTestServer({
    database: await newAddress(),
    openHost,
    eventsOf,
    allowPrivateWebhooks: true,
  });
  heard.length = 0;
  status = 200;
  const { service } = server;
  const { id: workspace } = await service.workspaces.create('W');
  const { id: phone } = replica.phones.create('15550190001');
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
  const path = `/v1/workspaces/${workspace}/webhooks`;
  for (const [events, code] of [
    [['no_such_event'], 'event-unknown'],
    [['qr'], 'event-refused'],
    [[], 'invalid-request'],
    [['message', 'message'], 'invalid-request'],
  ]) {
    expect((await server.ask('POST', path, { url: address, events })).body).toMatchObject({ code });
  }
  const subscribed = async (events: string[]) => (await server.ask('POST', path, { url: address, events })).body;
  const messages = await subscribed(['message']);
  const states = await subscribed(['account.status']);
  expect((await server.ask('GET', path)).body.items).toMatchObject([
    { id: messages.id, events: ['message'] },
    { id: states.id, events: ['account.status'] },
  ]);
  await until('the host follows', () => service.events.namesOf(ids).length === 1);
  replica.phones.send(phone, { body: 'hello' });
  await until('it is delivered', () => heard.length === 1);
  await service.sessions.logout(ids);
  await until('the end is delivered', () => heard.length === 2);
  const bodies = heard.map(({ body }) => webhookEventSchema.parse(JSON.parse(body)));
  expect(bodies).toMatchObject([
    { type: 'library.event', name: 'message', seq: 1, account: ids.account, data: { args: [{ body: 'hello' }] } },
    { type: 'account.status', data: { to: 'inactive' } },
  ]);
  const { kysely } = service.database;
  expect(await kysely.selectFrom('library_events').selectAll().execute(), 'no stream follows').toEqual([]);
  await server.stop();
  await replica.close();
});

test('private addresses are refused, by figures and by a name that leads to one', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  const { body } = await server.ask('POST', '/v1/workspaces', { name: 'W' });
  for (const url of [
    'http://127.0.0.1:1/',
    'http://[::1]/',
    'http://2130706433/',
    'http://169.254.169.254/',
    'http://localhost/',
  ]) {
    const answer = await server.ask('POST', `/v1/workspaces/${body.id}/webhooks`, { url });
    expect(answer, url).toMatchObject({ status: 422, body: { code: 'webhook-address-refused' } });
  }
  const url = 'https://user:password@example.com/';
  expect(await server.ask('POST', `/v1/workspaces/${body.id}/webhooks`, { url })).toMatchObject({ status: 400 });
  await server.stop();
  const options = { body: '{}', headers: {}, allowPrivate: false };
  heard.length = 0;
  await expect(post(new URL(address.replace('127.0.0.1', 'localhost')), options)).rejects.toThrow(/private address/);
  await expect(post(new URL(address), options)).rejects.toThrow();
  expect(heard).toEqual([]);
});
