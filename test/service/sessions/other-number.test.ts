import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { WorkspaceId } from '../../../src/service/session-ids.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let service: Service;
let workspace: WorkspaceId;
let numbers = 15551900000;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());

beforeEach(async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const openHost = lightHosts({ port: replica.port });
  ({ service } = await startTestService({ database: await newAddress(), openHost }));
  workspace = (await service.workspaces.create('W')).id;
});
afterEach(() => service.stop());

function newPhone() {
  const number = String(++numbers);
  const { id } = replica.phones.create(number);
  return { number, scan: (qr: string) => replica.phones.scan(id, qr), devices: () => replica.phones.get(id).devices };
}

test('a code that is scanned with another phone than was asked for leaves no device on it, and its number as it was', async () => {
  const [asked, other] = [newPhone(), newPhone()];
  const healthy = await linkWith(service, workspace, other.scan);
  await untilStatus(service, healthy, 'connected');
  const ids = await linkWith(service, workspace, other.scan, asked.number);
  expect(await untilStatus(service, ids, 'inactive')).toMatchObject({ cause: 'other-number', phone: asked.number });
  await until('the device is unlinked', () => other.devices().length === 1);
  await until('its session is over', () => service.sessions.hosted.length === 1);
  expect(await service.accounts.get(workspace, healthy.account)).toMatchObject({ status: 'connected' });
  expect(asked.devices()).toHaveLength(0);
  const metrics = await service.metrics.registry.metrics();
  expect(metrics).not.toContain('wwebjs_link_attempts_total{library="1.34.7",outcome="failed"');
});

test('a number that is connected is linked again by its name with the same phone', async () => {
  const phone = newPhone();
  const older = await linkWith(service, workspace, phone.scan);
  await untilStatus(service, older, 'connected');
  const newer = await linkWith(service, workspace, phone.scan, phone.number);
  await untilStatus(service, newer, 'connected');
  expect(await untilStatus(service, older, 'inactive')).toMatchObject({ cause: 'superseded' });
  await until('the older device is unlinked', () => phone.devices().length === 1);
});
