import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { WorkspaceId } from '../../../src/service/session-ids.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let numbers = 15551500000;
const running: Service[] = [];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});
afterAll(() => replica.close());

function link(service: Service, workspace: WorkspaceId) {
  const { id } = replica.phones.create(String(++numbers));
  return linkWith(service, workspace, (qr) => replica.phones.scan(id, qr));
}

test('an instance that is full refuses links and leaves sessions without an owner to others', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const database = await newAddress();
  const openHost = lightHosts({ port: replica.port });
  const { service: first, folder } = await startTestService({ database, openHost });
  const workspace = (await first.workspaces.create('W')).id;
  for (let i = 0; i < 2; i++) await untilStatus(first, await link(first, workspace), 'connected');
  await first.stop();

  const { service: full } = await startTestService({ database, openHost, folder, maxSessions: 1 });
  running.push(full);
  await until('it runs one', () => full.sessions.hosted.some(({ ready }) => ready));
  await expect(link(full, workspace)).rejects.toMatchObject({ code: 'instance-full' });
  await sleep(2_500);
  expect(full.sessions.hosted).toHaveLength(1);
  const { service: other } = await startTestService({ database, openHost, folder });
  running.push(other);
  await until('another one runs the rest', () => other.sessions.hosted.some(({ ready }) => ready));
  expect(full.sessions.hosted).toHaveLength(1);
});

test('links that are asked for at the same moment do not make an instance fuller than it may be', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const options = { database: await newAddress(), openHost: lightHosts({ port: replica.port }), maxSessions: 2 };
  const { service } = await startTestService(options);
  running.push(service);
  const workspace = (await service.workspaces.create('W')).id;
  const asked = Array.from({ length: 8 }, () =>
    service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null }),
  );
  const answers = await Promise.allSettled(asked);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(service.sessions.hosted).toHaveLength(2);
});
