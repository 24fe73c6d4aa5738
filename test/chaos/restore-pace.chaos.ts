import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { Lease } from '../../src/service/leases/lease.ts';
import { sessionFolder } from '../../src/service/profiles/session-folder.ts';
import type { SessionIds } from '../../src/service/session-ids.ts';
import type { OpenSessionHost, SessionHost } from '../../src/service/sessions/session-host.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';

const sessions = 16;
let replica: Replica;
let openHost: OpenSessionHost;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  openHost = lightHosts({ port: replica.port, launchMs: 1_000 });
});
afterAll(async () => {
  await replica.close();
});

/** Launches the hosts themselves one right after the other, each when the one before is ready; without any service. */
async function launchOneByOne(all: readonly SessionIds[], folder: string): Promise<number> {
  const hosts: SessionHost[] = [];
  const began = performance.now();
  for (const ids of all) {
    const ready = Promise.withResolvers<void>();
    const host = await openHost({
      lease: new Lease(ids, 'directly', 1),
      library: '1.34.7',
      folder: sessionFolder(folder, ids),
      pairWith: null,
      restMs: () => 60_000,
      signal: new AbortController().signal,
      onSeen: ({ type }) => type === 'client:ready' && ready.resolve(),
    });
    hosts.push(host);
    await ready.promise;
  }
  const took = performance.now() - began;
  for (const host of hosts) await host.destroy();
  return took;
}

/** Lets one instance with one slot restore all sessions, from its start until the last one is connected. */
async function restore(database: string, folder: string): Promise<number> {
  const began = performance.now();
  const { service } = await startTestService({ database, openHost, folder, slots: 1 });
  let connected = 0;
  let took = 0;
  service.onEvent((_, event) => {
    if (event.type === 'status' && event.status === 'connected' && ++connected === sessions)
      took = performance.now() - began;
  });
  await until('all are connected', () => took > 0, 120_000);
  await service.stop();
  return took;
}

test('the service restores sessions hardly slower than their hosts are launched one right after the other without it', async () => {
  const database = await newMysqlDatabase();
  const linking = lightHosts({ port: replica.port });
  const { service: first, folder } = await startTestService({ database, openHost: linking, slots: 8 });
  const workspace = (await first.workspaces.create('W')).id;
  const linked: SessionIds[] = [];
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550700000 + i)).id;
    linked.push(await linkWith(first, workspace, (qr) => replica.phones.scan(phone, qr)));
  }
  for (const ids of linked) await untilStatus(first, ids, 'connected');
  await first.stop();

  const oneByOne = await launchOneByOne(linked, folder);
  const took = await restore(database, folder);
  const [direct, restored] = [oneByOne, took].map(Math.round);
  console.log(
    `${sessions} sessions restored in ${restored} ms; hosts alone ${direct} ms; ${(took / oneByOne).toFixed(3)} x`,
  );
  expect(took).toBeLessThan(oneByOne * 1.15);
});
