import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import type { SessionIds } from '../../src/service/session-ids.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';

const cutMs = 30_000;
let replica: Replica;
let numbers = 15550600000;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
});
afterAll(async () => {
  await replica.close();
});

const newPhone = () => replica.phones.create(String(++numbers)).id;

test.each(['refuse', 'silent'] as const)(
  'the database is cut off (%s) for 30 s in the middle of linking and restoring, and nothing is lost',
  async (how) => {
    const address = await newMysqlDatabase();
    const proxy = await TcpProxy.to(Number(new URL(address).port));
    const throughProxy = address.replace(/:\d+\//, `:${proxy.port}/`);
    const openHost = lightHosts({ port: replica.port });
    const { service: first, folder } = await startTestService({ database: address, openHost, slots: 8 });
    const workspace = (await first.workspaces.create('W')).id;
    const linked: SessionIds[] = [];
    for (let i = 0; i < 8; i++) {
      const phone = newPhone();
      linked.push(await linkWith(first, workspace, (qr) => replica.phones.scan(phone, qr)));
    }
    for (const ids of linked) await untilStatus(first, ids, 'connected');
    await first.stop();

    const slow = lightHosts({ port: replica.port, launchMs: 1_500 });
    const deadlines = { linkMs: 200_000 };
    const { service, log } = await startTestService({
      database: throughProxy,
      openHost: slow,
      slots: 2,
      folder,
      deadlines,
    });
    const phone = newPhone();
    const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
    const { code } = await until('a code is shown', () => service.linkCodes.get(ids.session));
    proxy.cut(how);
    // Scanned while nothing can be written: the phone has linked the device, and will not do so again.
    await replica.phones.scan(phone, code);
    await until('the instance says that it is not ready', () => !service.ready, cutMs);
    await sleep(cutMs - 5_000);
    proxy.mend();
    await until('the instance says that it is ready', () => service.ready, 30_000);
    for (const one of [...linked, ids]) await untilStatus(service, one, 'connected', 90_000);
    // A lease that runs out while the database is silent is no failure of a host, whichever of the two ends first.
    const ends = log.filter(({ event }) => event === 'ended').map(({ end, code }) => `${end} ${code}`);
    expect(ends.filter((end) => !end.startsWith('lost'))).toEqual([]);
    const metrics = await service.metrics.registry.metrics();
    expect(metrics).toMatch(/constraint_violations_total\{[^}]*outcome="surfaced"\} 0/);
    expect(replica.phones.get(phone).devices).toHaveLength(1);
    await service.stop();
    await proxy.close();
  },
);
