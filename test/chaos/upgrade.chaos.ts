import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import type { ServiceTables } from '../../src/service/tables.ts';
import { openDatabaseToRead } from '../../src/store/database/open-database.ts';
import { engines } from '../support/service-databases.ts';
import { until } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { copyDatabase } from './database-copy.ts';
import { FleetInstance } from './fleet.ts';
import { checkOut, firstMigration, type OlderProgram, olderPrograms } from './older-programs.ts';

const script = 'api-instance.ts';
/** In milliseconds; by far more than a busy machine needs. */
const timeout = 600_000;
/** Longer than the minute between two looks whether an older instance still runs. */
const sealedMs = 90_000;

let replica: Replica;
let numbers = 15550630000;
let receiver: Server;
const deliveries: { body: string; signature: string }[] = [];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  receiver = createServer(async (request, response) => {
    deliveries.push({ signature: String(request.headers['webhook-signature']), body: await text(request) });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(async () => {
  receiver.close();
  await replica.close();
});

/** One instance, of this version or an older one, as a program that uses its API sees it. */
class Running {
  readonly process: FleetInstance;
  key = '';

  constructor(options: { database: string; folder: string }, path: string) {
    this.process = new FleetInstance({ ...options, port: replica.port }, path);
  }

  /** Waits until it listens and claims sessions. */
  async started(): Promise<this> {
    await until('it has started', () => this.process.id, 60_000);
    return this;
  }

  async ask(method: string, path: string, body?: object, key = this.key) {
    const { url } = this.process.lines.find(({ event }) => event === 'listening') as unknown as { url: string };
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape and version
    return { status: answer.status, body: (said === '' ? null : JSON.parse(said)) as any };
  }

  /** Links a number. Returns the address of its account and its phone. */
  async link(workspace: string): Promise<{ account: string; phone: string; number: string }> {
    const accounts = `/v1/workspaces/${workspace}/accounts`;
    const account = `${accounts}/${(await this.ask('POST', accounts, {})).body.id}`;
    const { code } = await until('a code', async () => {
      const { status, body } = await this.ask('GET', `${account}/link`);
      return status === 200 ? body : null;
    });
    const number = String(++numbers);
    const phone = replica.phones.create(number).id;
    await replica.phones.scan(phone, code);
    await this.connected(account);
    return { account, phone, number };
  }

  async connected(account: string): Promise<void> {
    const isConnected = async () => (await this.ask('GET', account)).body.status === 'connected';
    await until(`${account} is connected`, isConnected, 60_000);
  }

  async stop(): Promise<void> {
    this.process.signal('SIGTERM');
    await this.process.exited;
  }
}

/** What a receiver has to have: every delivery is signed with the secret of the webhook. */
function expectGenuine(secret: string): void {
  for (const { body, signature } of deliveries) {
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(signature) ?? [];
    expect(createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')).toBe(v1);
  }
}

/** Sends a message to a phone, and waits until the webhook has it. */
async function expectDelivered(from: string, phone: string, secret: string): Promise<void> {
  const body = `to ${phone}`;
  deliveries.splice(0);
  replica.phones.send(phone, { body, from });
  await until('the message is delivered', () => deliveries.some((delivery) => delivery.body.includes(body)));
  expectGenuine(secret);
}

/** A version that does not know keys of one workspace rejects them. */
async function expectKeysOfOneWorkspace(present: Running, older: Running, workspace: string, without: string) {
  const other = (await present.ask('POST', '/v1/workspaces', { name: 'Other' })).body.id;
  const { key } = (await present.ask('POST', '/v1/keys', { name: 'one', scope: 'link', workspace })).body;
  const statusOf = async (instance: Running, id: string) =>
    (await instance.ask('GET', `/v1/workspaces/${id}/accounts`, undefined, key)).status;
  expect([await statusOf(present, workspace), await statusOf(present, other)]).toEqual([200, 404]);
  const isUnknown = without.startsWith(firstMigration);
  expect([await statusOf(older, workspace), await statusOf(older, other)]).toEqual(isUnknown ? [401, 401] : [200, 404]);
}

/** No text is left that an older version could read, once no instance of one runs. */
async function expectSealed(address: string, secret: string): Promise<void> {
  const database = await openDatabaseToRead<ServiceTables>(address);
  const secrets = () => database.kysely.selectFrom('webhooks').select('secret').execute();
  await until(
    'all is sealed',
    async () => (await secrets()).every((row) => row.secret.startsWith('sealed:')),
    sealedMs,
  );
  expect(JSON.stringify(await secrets())).not.toContain(secret);
  await database.close();
}

const cases = olderPrograms().flatMap((older) =>
  engines.map(([engine, newAddress]) => ({ ...older, engine, newAddress })),
);

test.each(cases)(
  'an instance without $without and one of this version work on one $engine, and the older one works again on the copy from before',
  async ({ commit, without, newAddress }: OlderProgram & { newAddress(): Promise<string> }) => {
    const options = { database: await newAddress(), folder: temporaryFolder() };
    const olderScript = checkOut(commit, script);
    const isEmbedded = options.database.startsWith('sqlite:');

    const before = await new Running(options, olderScript).started();
    const { key } = (await before.ask('POST', '/v1/keys', { name: 'admin', scope: 'admin' })).body;
    before.key = key;
    const workspace = (await before.ask('POST', '/v1/workspaces', { name: 'W' })).body.id;
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const { secret } = (await before.ask('POST', `/v1/workspaces/${workspace}/webhooks`, { url })).body;
    const first = await before.link(workspace);
    await expectDelivered('15550199999', first.phone, secret);
    // The embedded store is a file, which is copied while the service is stopped.
    if (isEmbedded) await before.stop();
    const restore = await copyDatabase(options.database);

    const older = isEmbedded ? await new Running(options, olderScript).started() : before;
    const present = await new Running(options, script).started();
    for (const instance of [older, present]) instance.key = key;
    const second = await older.link(workspace);
    const third = await present.link(workspace);
    for (const { account, phone } of [first, second, third]) {
      for (const instance of [older, present]) {
        const sent = await instance.ask('POST', `${account}/messages`, { to: '15550199999', text: 'hello' });
        expect(sent.status, `through ${instance === older ? 'the older one' : 'this version'}`).toBe(201);
      }
      await expectDelivered('15550199999', phone, secret);
    }
    await expectKeysOfOneWorkspace(present, older, workspace, without);

    await older.stop();
    for (const { account } of [first, second, third]) await present.connected(account);
    await expectDelivered('15550199999', second.phone, secret);
    if (without < '0123') await expectSealed(options.database, secret);
    await expectDelivered('15550199999', third.phone, secret);
    await present.stop();

    const refused = new Running(options, olderScript);
    await refused.process.exited;
    expect(refused.process.id).toBeNull();
    await restore();
    const again = await new Running(options, olderScript).started();
    again.key = key;
    await again.connected(first.account);
    expect((await again.ask('GET', third.account)).status).toBe(404);
    await expectDelivered('15550199999', first.phone, secret);
    await again.stop();
  },
  timeout,
);
