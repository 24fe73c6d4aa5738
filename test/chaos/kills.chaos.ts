import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { leaseMs } from '../../src/service/leases/lease.ts';
import type { ServiceDatabase } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';
import { connectedSessions } from './connected-sessions.ts';
import { FleetInstance, type FleetOptions } from './fleet.ts';

const sessions = 32;
const instances = 8;
const slots = 2;
const launchMs = 300;
/** Lease time and ten seconds. */
const ownedAgainMs = leaseMs + 10_000;

let replica: Replica;
let database: ServiceDatabase;
let options: FleetOptions;
const fleet: FleetInstance[] = [];
const started: FleetInstance[] = [];
let paused: FleetInstance | undefined;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  const address = await newMysqlDatabase();
  const openHost = lightHosts({ port: replica.port });
  const { service, folder } = await startTestService({ database: address, openHost, slots: 8 });
  const workspace = (await service.workspaces.create('W')).id;
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550500000 + i));
    const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone.id, qr));
    await untilStatus(service, ids, 'connected');
  }
  await service.stop();
  options = { database: address, folder, port: replica.port, slots, launchMs };
  database = await openDatabase(address);
  for (let i = 0; i < instances; i++) fleet.push(start());
});

afterAll(async () => {
  for (const instance of fleet) instance.signal('SIGTERM');
  await Promise.all(fleet.map((instance) => instance.exited));
  await database.close();
  await replica.close();
});

function start(): FleetInstance {
  const instance = new FleetInstance(options);
  started.push(instance);
  return instance;
}

const connected = () => connectedSessions(database, fleet);

/** Waits until every session is owned and connected again; returns how long that took, in milliseconds. */
async function settled(): Promise<number> {
  const began = performance.now();
  await until('all sessions are connected', async () => (await connected()) === sessions, ownedAgainMs + 20_000);
  const took = performance.now() - began;
  console.log(`settled in ${Math.round(took)} ms`);
  return took;
}

/** Kills instances at once with SIGKILL, starts others in their place, and says how long it took until all was well. */
async function kill(which: readonly number[]): Promise<number> {
  for (const i of which) fleet[i]?.signal('SIGKILL');
  await Promise.all(which.map((i) => fleet[i]?.exited));
  await sleep(100);
  for (const i of which) fleet[i] = start();
  return settled();
}

test('eight instances share 32 sessions without an owner', async () => {
  await settled();
  for (const instance of fleet) expect(instance.launchesAtOnce).toBeLessThanOrEqual(slots);
});

test('instances killed in turn: every session is owned again within lease time and ten seconds', async () => {
  for (let i = 0; i < instances; i++) expect(await kill([i])).toBeLessThan(ownedAgainMs);
});

test('instances killed at random, several at once', async () => {
  for (let round = 0; round < 3; round++) {
    const order = fleet.map((_, i) => i).sort(() => Math.random() - 0.5);
    expect(await kill(order.slice(0, 2 + round * 2))).toBeLessThan(ownedAgainMs);
  }
});

test('a paused instance loses its sessions and does nothing with them when it goes on', async () => {
  [paused] = fleet;
  paused?.signal('SIGSTOP');
  await sleep(leaseMs + 2_000);
  fleet[0] = start();
  await settled();
  paused?.signal('SIGCONT');
  await sleep(5_000);
  expect(await connected()).toBe(sessions);
  paused?.signal('SIGTERM');
  await paused?.exited;
});

test('afterwards: no account lost, no session with two owners, never more launches than slots', async () => {
  for (const instance of started) {
    expect(instance.launchesAtOnce).toBeLessThanOrEqual(slots);
    // The paused instance resumes with its old connections: it had slept, not worked.
    if (instance !== paused) expect(instance.count('conflict')).toBe(0);
  }
  const accounts = await database.kysely.selectFrom('whatsapp_accounts').select(['status', 'id']).execute();
  expect(accounts.filter(({ status }) => status !== 'connected')).toEqual([]);
  const history = await database.kysely
    .selectFrom('account_history')
    .select(['account_id', 'lease_token', 'instance_id'])
    .orderBy('seq')
    .execute();
  const last = new Map<string, { lease_token: number; instance_id: string }>();
  for (const entry of history) {
    const before = last.get(entry.account_id);
    // Each token belongs to one instance, and after a write with a higher one there is none with a lower one.
    if (before?.lease_token === entry.lease_token) expect(entry.instance_id).toBe(before.instance_id);
    expect(entry.lease_token).toBeGreaterThanOrEqual(before?.lease_token ?? 0);
    last.set(entry.account_id, entry);
  }
});
