import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { gapMark } from '../../../src/service/event-sequence.ts';
import { leaseMs } from '../../../src/service/leases/lease.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { connectedSessions, longestUnowned, unownedMs } from '../../chaos/connected-sessions.ts';
import { FleetInstance } from '../../chaos/fleet.ts';
import { lightHosts } from '../../support/light-host.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

// The short form of test/chaos/kills.chaos.ts.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const sessions = 4;
const slots = 1;
/** Lease time and ten seconds. */
const ownedAgainMs = leaseMs + 10_000;

let replica: Replica;
let database: ServiceDatabase;
let fleet: [FleetInstance, FleetInstance];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  const address = await newMysqlDatabase();
  const { service, folder } = await startTestService({
    database: address,
    openHost: lightHosts({ port: replica.port }),
  });
  const workspace = (await service.workspaces.create('W')).id;
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15551400000 + i));
    await untilStatus(
      service,
      await linkWith(service, workspace, (qr) => replica.phones.scan(phone.id, qr)),
      'connected',
    );
  }
  await service.stop();
  database = await openDatabase(address);
  const options = { database: address, folder, port: replica.port, slots, launchMs: 100 };
  fleet = [new FleetInstance(options), new FleetInstance(options)];
});

afterAll(async () => {
  for (const instance of fleet) instance.signal('SIGKILL');
  await database.close();
  await replica.close();
});

/** As a stream of each workspace does. */
async function followAll(): Promise<void> {
  const { kysely, now } = database;
  for (const { id } of await kysely.selectFrom('workspaces').select('id').execute()) {
    const row = { id, workspace_id: id, account_id: null, names: '["message"]', since: now };
    await kysely
      .insertInto('event_follows')
      .values((eb) => ({ ...row, until: eb(now, '+', 600_000) }))
      .execute();
  }
}

test('sessions of an instance that is killed go to the one that lives, each to one owner, and none is lost', async () => {
  const connectedBy = (instances: FleetInstance[]) => connectedSessions(database, instances);
  await until('all are connected', async () => (await connectedBy(fleet)) === sessions, 30_000);
  const [one, other] = fleet;
  const [killed, living] = (await connectedBy([one])) > 0 ? [one, other] : [other, one];
  const taken = await connectedBy([killed]);
  await followAll();
  killed.signal('SIGKILL');
  await killed.exited;
  let longestMs = 0;
  await until(
    'the other one has them all',
    async () => {
      longestMs = Math.max(longestMs, await longestUnowned(database));
      return (await connectedBy([living])) === sessions;
    },
    ownedAgainMs,
  );
  expect(longestMs, 'shown connected after the end of the lease').toBeLessThan(unownedMs);
  const gaps = await database.kysely.selectFrom('library_events').select(['account_id', 'name']).execute();
  expect(new Set(gaps.map(({ name }) => name))).toEqual(new Set([gapMark]));
  expect(new Set(gaps.map(({ account_id }) => account_id)).size, 'a gap for each that was lost').toBe(taken);
  for (const instance of fleet) {
    expect(instance.launchesAtOnce).toBeLessThanOrEqual(slots);
    // The replica ends the first of two connections of one device.
    expect(instance.count('conflict')).toBe(0);
  }
  for (const phone of replica.phones.list()) expect(phone.devices).toHaveLength(1);
});
