import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { leaseMs } from '../../src/service/leases/lease.ts';
import type { ServiceDatabase } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';
import { connectedSessions, longestUnowned, unownedMs } from './connected-sessions.ts';
import { FleetInstance } from './fleet.ts';
import { excessMs } from './loop-delay.ts';

const sessions = Number(process.env.FLEET_SESSIONS ?? 500);
const instances = 4;
const slots = 8;
/** Links under way at the same time. */
const atOnce = 8;
/** Lease time and ten seconds. */
const ownedAgainMs = leaseMs + 10_000;

let replica: Replica;
let database: ServiceDatabase;
const fleet: FleetInstance[] = [];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  const address = await newMysqlDatabase();
  const openHost = lightHosts({ port: replica.port });
  const { service, folder } = await startTestService({ database: address, openHost, slots: atOnce });
  const { id: workspace } = await service.workspaces.create('W');
  let linked = 0;
  const person = async () => {
    while (linked < sessions) {
      const phone = replica.phones.create(String(15550620000 + linked++)).id;
      const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
      await untilStatus(service, ids, 'connected', 120_000);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, person));
  await service.stop();
  database = await openDatabase(address);
  const options = { database: address, folder, port: replica.port, slots, launchMs: 50 };
  for (let i = 0; i < instances; i++) fleet.push(new FleetInstance(options));
}, 1_200_000);

afterAll(async () => {
  for (const instance of fleet) instance.signal('SIGTERM');
  await Promise.all(fleet.map((instance) => instance.exited));
  await database?.close();
  await replica.close();
});

async function ownedSessions(): Promise<number> {
  const rows = await database.kysely
    .selectFrom('sessions')
    .select('id')
    .where('lease_expires_at', '>', database.now)
    .execute();
  return rows.length;
}

test('one of four instances is killed: all its sessions are owned again in time, and none is shown connected meanwhile', async () => {
  const all = async (living: readonly FleetInstance[]) => (await connectedSessions(database, living)) === sessions;
  await until('all are connected', () => all(fleet), 300_000);
  const [killed, ...living] = fleet as [FleetInstance, ...FleetInstance[]];
  const idle = new FleetInstance({}, 'loop-delay.ts');
  await sleep(1_000);
  for (const process of [idle, ...living]) process.signal('SIGUSR2');
  killed.signal('SIGKILL');
  await killed.exited;
  const killedAt = performance.now();
  let [longestMs, ownedMs] = [0, 0];
  const watching = new AbortController();
  const watch = (async () => {
    for (; !watching.signal.aborted; await sleep(100)) longestMs = Math.max(longestMs, await longestUnowned(database));
  })();
  // The leases of the killed instance last for a while.
  await until('its leases run out', async () => (await ownedSessions()) < sessions, leaseMs + 5_000);
  await until('all are owned', async () => (await ownedSessions()) === sessions, 120_000);
  ownedMs = Math.round(performance.now() - killedAt);
  await until('all are connected', () => all(living), 120_000);
  watching.abort();
  await watch;
  console.log(JSON.stringify({ sessions, ownedMs, connectedMs: Math.round(performance.now() - killedAt), longestMs }));
  for (const process of [idle, ...living]) process.signal('SIGTERM');
  await Promise.all([idle, ...living].map((process) => process.exited));
  const delays = living.map((instance) => instance.loopDelayMs);
  console.log(`event loop delay p99: ${delays.join(', ')} ms; of an idle process ${idle.loopDelayMs} ms`);
  expect(longestMs).toBeLessThan(unownedMs);
  expect(ownedMs).toBeLessThan(ownedAgainMs);
  expect(Math.max(...delays)).toBeLessThan(idle.loopDelayMs + excessMs);
});
