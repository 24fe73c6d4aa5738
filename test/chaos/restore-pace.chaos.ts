import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/server/start-replica.ts';
import type { Service } from '../../src/service/service.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase, stopMysqlServer } from '../support/mysql-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';

const sessions = 16;
let replica: Replica;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
});
afterAll(async () => {
  await replica.close();
  await stopMysqlServer();
});

/** When each start of a session began and was ready, by the database's clock. */
function starts({ database }: Service) {
  return database.kysely
    .selectFrom('session_starts')
    .select(['started_at', 'ended_at', 'outcome'])
    .where('cause', '=', 'instance-stopped')
    .execute();
}

test('sessions are restored hardly slower than if they were launched one right after the other', async () => {
  const database = await newMysqlDatabase();
  const linking = lightHosts({ port: replica.port });
  const { service: first, folder } = await startTestService({ database, openHost: linking, slots: 8 });
  const workspace = (await first.workspaces.create('W')).id;
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550700000 + i)).id;
    await untilStatus(first, await linkWith(first, workspace, (qr) => replica.phones.scan(phone, qr)), 'connected');
  }
  await first.stop();

  const openHost = lightHosts({ port: replica.port, launchMs: 1_000 });
  const { service } = await startTestService({ database, openHost, folder, slots: 1 });
  const rows = await until(
    'all are ready',
    async () => {
      const ready = (await starts(service)).filter(({ outcome }) => outcome === 'ready');
      return ready.length === sessions ? ready : null;
    },
    120_000,
  );
  await service.stop();
  const oneByOne = rows.reduce((sum, { started_at, ended_at }) => sum + (ended_at ?? 0) - started_at, 0);
  const took =
    Math.max(...rows.map(({ ended_at }) => ended_at ?? 0)) - Math.min(...rows.map(({ started_at }) => started_at));
  console.log(
    `${sessions} sessions ready in ${took} ms; one by one ${oneByOne} ms; factor ${(took / oneByOne).toFixed(3)}`,
  );
  expect(took).toBeLessThan(oneByOne * 1.15);
});
