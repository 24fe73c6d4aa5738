import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { LogLine } from '../../../src/service/log-line.ts';
import { isUnavailable } from '../../../src/store/database/database-errors.ts';
import { lightHosts } from '../../support/light-host.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let numbers = 15551400000;
let service: Service;
let log: LogLine[];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());
afterEach(() => service.stop());

async function connectedOn(database: string) {
  ({ service, log } = await startTestService({ database, openHost: lightHosts({ port: replica.port }) }));
  const workspace = (await service.workspaces.create('W')).id;
  const phone = replica.phones.create(String(++numbers)).id;
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
  return ids;
}

const logged = (event: LogLine['event']) => log.filter((line) => line.event === event);

describe.each(engines)('on %s', (_, newAddress) => {
  let address: string;
  beforeEach(async () => {
    address = await newAddress();
  });

  test('an instance whose leases cannot be renewed is not ready, whatever the reason is, and the log says so once', async () => {
    await connectedOn(address);
    expect(service.ready).toBe(true);
    const { database } = await newServiceDatabase(async () => address);
    const { kysely } = database;
    await kysely.schema.alterTable('sessions').renameTo('sessions_away').execute();
    await until('it is not ready', () => !service.ready, 5_000);
    // Long enough for each loop to fail a second time.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(logged('work-failed').filter(({ work }) => work === 'renew-leases')).toEqual([
      {
        event: 'work-failed',
        work: 'renew-leases',
        message: expect.stringContaining('sessions'),
        stack: expect.any(String),
      },
    ]);
    await kysely.schema.alterTable('sessions_away').renameTo('sessions').execute();
    await until('it is ready', () => service.ready, 5_000);
    expect(logged('work-goes-on')).toContainEqual({ event: 'work-goes-on', work: 'renew-leases' });
    await database.close();
  });
});

test('a server that refuses the login is an unreachable database: not ready, 503, logged once, and no session is lost', async () => {
  const address = await newMysqlDatabase();
  const root = await createConnection(address);
  const name = new URL(address).pathname.slice(1);
  const user = `u${name.slice(-12)}`;
  await root.query(`create user ${user}@'%' identified by 'first'`);
  await root.query(`grant all on ${name}.* to ${user}@'%'`);
  const own = new URL(address);
  [own.username, own.password] = [user, 'first'];
  const ids = await connectedOn(own.href);
  await root.query(`alter user ${user}@'%' identified by 'second'`);
  const [connections] = await root.query('select id from information_schema.processlist where user = ?', [user]);
  for (const { id } of connections as { id: number }[]) await root.query(`kill ${id}`).catch(() => {});
  await until('it is not ready', () => !service.ready, 5_000);
  const app = createServer({ service, version: '0.0.0', open: true, onTrouble: () => {} });
  const asked = await app.inject({ url: '/v1/workspaces', headers: { host: 'localhost' } });
  expect([asked.statusCode, asked.json().code]).toEqual([503, 'database-unreachable']);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(logged('database-trouble')).toHaveLength(1);
  expect(logged('work-failed')).toEqual([]);
  await root.query(`alter user ${user}@'%' identified by 'first'`);
  await until('it is ready', () => service.ready, 5_000);
  expect(await service.accounts.get(ids.workspace, ids.account)).toMatchObject({ status: 'connected' });
  expect(logged('ended')).toEqual([]);
  await root.query(`drop user ${user}@'%'`);
  await root.end();
});

test('a disk that is full is a database that is away, and the instance is ready again after a write that succeeds', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  await connectedOn(await newAddress());
  const app = createServer({ service, version: '0.0.0', open: true, onTrouble: () => {} });
  const ask = async (method: 'GET' | 'POST', url: string, body?: object) => {
    const { statusCode, json } = await app.inject({
      method,
      url,
      headers: { host: 'localhost' },
      ...(body && { body }),
    });
    return [statusCode, json().code ?? json().status];
  };
  const make = () => ask('POST', '/v1/workspaces', { name: 'x'.repeat(200) });
  expect(await ask('GET', '/readyz')).toEqual([200, 'ready']);
  const { kysely } = service.database;
  await sql`pragma max_page_count = 1`.execute(kysely);
  // Space within the pages that the file already has is used up first.
  const answers = new Map<string, number>();
  const isFull = async () => {
    for (let i = 0; i < 50; i++) {
      const answer = String(await make());
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    return (answers.get('503,database-unreachable') ?? 0) > 20;
  };
  await until('writes are refused', isFull);
  expect([...answers.keys()].sort()).toEqual(['201,', '503,database-unreachable']);
  expect(logged('work-failed')).toEqual([]);
  await sql`pragma max_page_count = 1000000`.execute(kysely);
  expect((await make())[0]).toBe(201);
  await until('it is ready', async () => (await ask('GET', '/readyz'))[0] === 200, 5_000);
});

test('an instance whose database answers and takes no write is not ready, from the next question on', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  ({ service, log } = await startTestService({ database: await newAddress(), openHost: lightHosts({ port: 1 }) }));
  expect(await service.isReady()).toBe(true);
  const { kysely } = service.database;
  await sql`pragma query_only = 1`.execute(kysely);
  expect(await service.isReady()).toBe(false);
  expect(await service.workspaces.create('W').catch(isUnavailable)).toBe(true);
  await sql`pragma query_only = 0`.execute(kysely);
  await until('it is ready', () => service.isReady(), 5_000);
});
