import { afterAll, expect, test, vi } from 'vitest';
import { startReplica } from '../../../src/replica/start-replica.ts';
import type { Service, ServiceOptions } from '../../../src/service/instance/service.ts';
import type { ServiceDatabase, ServiceTables } from '../../../src/service/tables.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { FleetInstance } from '../../chaos/fleet.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer } from '../../support/test-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

vi.setConfig({ testTimeout: 120_000 });

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** An instance with `count` connected sessions, and the means to start others on its database. */
async function instanceWith(count: number, newAddress: () => Promise<string>, options: Partial<ServiceOptions> = {}) {
  const shared = { database: await newAddress(), openHost: instantHosts(), slots: 4 };
  const start = async (own: Partial<ServiceOptions> = {}) => {
    const server = await startTestServer({ ...shared, ...own });
    ends.push(() => server.stop());
    return server;
  };
  const first = await start(options);
  const { id: workspace } = await first.service.workspaces.create('W');
  for (let i = 0; i < count; i++)
    await first.service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await until('all are connected', async () => (await connectedOn(first.service)) === count);
  return { first, workspace, start };
}

/** How many accounts are connected whose session this instance owns. */
async function connectedOn({ id, database }: Pick<Service, 'id' | 'database'>): Promise<number> {
  const rows = await database.kysely
    .selectFrom('whatsapp_accounts')
    .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
    .select('sessions.id')
    .where('status', '=', 'connected')
    .where('lease_owner', '=', id)
    .execute();
  return rows.length;
}

/** The times at which each session left one instance and was connected on another, in milliseconds. */
async function moves({ kysely }: ServiceDatabase): Promise<{ from: number; to: number }[]> {
  const rows = await kysely
    .selectFrom('account_history')
    .select(['account_id', 'to_status', 'cause', 'at'])
    .orderBy('seq')
    .execute();
  return rows.flatMap(({ account_id: account, cause, to_status, at: from }, i) => {
    if (to_status !== 'disconnected' || cause !== 'moved') return [];
    const back = rows.slice(i).find((row) => row.account_id === account && row.to_status === 'connected');
    return [{ from, to: back?.at ?? Number.POSITIVE_INFINITY }];
  });
}

/** How many of these spans overlap at most. */
function mostAtOnce(spans: { from: number; to: number }[]): number {
  return Math.max(...spans.map(({ from: at }) => spans.filter(({ from, to }) => from <= at && at < to).length));
}

test.concurrent.each(engines)(
  'a drained instance moves its sessions two at a time and takes none, until its drain ends, in %s',
  async (_, newAddress) => {
    const { first, workspace, start } = await instanceWith(5, newAddress);
    const other = await start();
    const drain = `/v1/instances/${first.service.id}/drain`;
    expect(await other.ask('POST', drain)).toMatchObject({ status: 200, body: { state: 'draining', sessions: 5 } });
    await until('all run on the other one', async () => (await connectedOn(other.service)) === 5);
    const moved = await moves(other.service.database);
    expect(moved).toHaveLength(5);
    expect(mostAtOnce(moved)).toBeLessThanOrEqual(2);

    const ready = await first.ask('GET', '/readyz');
    expect(ready).toMatchObject({ status: 503, body: { code: 'draining' } });
    const link = () => first.ask('POST', `/v1/workspaces/${workspace}/accounts`, {});
    expect(await link()).toMatchObject({ status: 503, body: { code: 'draining' } });
    const { body: metrics } = await first.ask('GET', '/metrics');
    expect(metrics).toContain('wwebjs_service_instance_draining 1');
    await until('the moves are counted', async () =>
      (await first.ask('GET', '/metrics')).body.includes(
        'wwebjs_session_moves_total{reason="drain",outcome="arrived"} 5',
      ),
    );
    const { body: listed } = await first.ask('GET', '/v1/instances');
    expect(listed.items.map(({ state, sessions }: { state: string; sessions: number }) => [state, sessions])).toEqual([
      ['draining', 0],
      ['running', 5],
    ]);

    // Asked again, it is the same drain.
    const again = await first.ask('POST', drain);
    expect(again.body.drainAskedAt).toBe(listed.items[0].drainAskedAt);
    expect(await first.ask('DELETE', drain)).toMatchObject({ status: 200, body: { state: 'running' } });
    expect(first.service.draining, 'from the answer on').toBe(false);
    await until('it is ready again', async () => (await first.ask('GET', '/readyz')).status === 200);
    expect((await link()).status).toBe(202);
    expect(await first.ask('POST', '/v1/instances/none/drain')).toMatchObject({
      status: 404,
      body: { code: 'instance-unknown' },
    });
  },
);

const [, newAddress] = engines[0] as (typeof engines)[number];

test.concurrent('where no instance has room, sessions of a drained one go on', async () => {
  const { first, start } = await instanceWith(3, newAddress);
  const drain = `/v1/instances/${first.service.id}/drain`;
  const elsewhere = await start();
  // A machine of its own, which cannot have the profiles of the first one.
  const { kysely } = first.service.database;
  await kysely.updateTable('instances').set({ host: 'another' }).where('id', '=', elsewhere.service.id).execute();
  await first.ask('POST', drain);
  expect(first.service.draining, 'from the answer on').toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await connectedOn(first.service)).toBe(3);

  const small = await start({ maxSessions: 2 });
  await until('two run there', async () => (await connectedOn(small.service)) === 2);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await connectedOn(first.service)).toBe(1);
  expect(await moves(first.service.database)).toHaveLength(2);
});

test.concurrent('an instance on which a moved session fails gets no more of them', async () => {
  const { first, start } = await instanceWith(4, newAddress, { moveAtOnce: 1 });
  const broken = await start({
    openHost: async () => {
      throw new Error('no browser here');
    },
  });
  await first.ask('POST', `/v1/instances/${first.service.id}/drain`);
  const failed = 'wwebjs_session_moves_total{reason="drain",outcome="failed"} 1';
  await until('a move has failed', async () => (await first.ask('GET', '/metrics')).body.includes(failed));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await connectedOn(first.service)).toBe(3);
  expect(await connectedOn(broken.service)).toBe(0);
});

test.concurrent('instances even out by moving no more sessions than they have to, and no faster than they may', async () => {
  const rebalancePerMinute = 60;
  const { first, start } = await instanceWith(6, newAddress, { rebalancePerMinute });
  const second = await start({ rebalancePerMinute });
  await until('they have as many', async () => (await connectedOn(second.service)) === 3);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await connectedOn(first.service)).toBe(3);
  const times = (await moves(first.service.database)).map(({ from }) => from);
  expect(times).toHaveLength(3);
  // 60 a minute by two instances: each waits for two seconds between two moves, and a session takes some time to close.
  expect((times[2] as number) - (times[0] as number)).toBeGreaterThan(2_000);
});

test.concurrent('an instance that dies while it drains loses nothing', async () => {
  const sessions = 4;
  const replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  ends.push(() => replica.close());
  const address = await newMysqlDatabase();
  const database = await openDatabase<ServiceTables>(address);
  ends.push(() => database.close());
  const openHost = lightHosts({ port: replica.port });
  const { service: linking, folder } = await startTestService({ database: address, openHost });
  const { id: workspace } = await linking.workspaces.create('W');
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15551700000 + i)).id;
    const ids = await linkWith(linking, workspace, (qr) => replica.phones.scan(phone, qr));
    await untilStatus(linking, ids, 'connected');
  }
  await linking.stop();

  const dying = new FleetInstance({
    database: address,
    folder,
    port: replica.port,
    slots: 4,
    launchMs: 50,
    moveAtOnce: 1,
  });
  const id = await until('it has started', () => dying.id);
  const owned = () => connectedOn({ id, database });
  await until('all are connected', async () => (await owned()) === sessions);
  const { service: heir } = await startTestService({
    database: address,
    openHost: lightHosts({ port: replica.port, launchMs: 300 }),
    folder,
  });
  ends.push(() => heir.stop());
  await heir.instances.drain(id, true);
  await until('one has moved, and another one moves', async () => (await owned()) < sessions - 1);
  dying.signal('SIGKILL');
  await dying.exited;
  // The time of a lease later.
  await database.kysely.updateTable('sessions').set({ lease_expires_at: 1 }).where('lease_owner', '=', id).execute();
  await until('all are connected', async () => (await connectedOn(heir)) === sessions, 60_000);
  for (const phone of replica.phones.list()) expect(phone.devices).toHaveLength(1);
});
