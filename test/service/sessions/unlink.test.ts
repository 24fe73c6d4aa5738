import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { LogLine } from '../../../src/service/log-line.ts';
import { sessionFolder } from '../../../src/service/profiles/session-folder.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost, SessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let replica: Replica;
let address: string;
let service: Service;
let log: LogLine[];
let folder: string;
let workspace: WorkspaceId;
let ids: SessionIds;
let phone: string;
let numbers = 15551200000;
/** While true no session gets further than its login. */
let hanging: boolean;
/** While true no session is started by the service: their browsers cannot be launched. */
let broken: boolean;
/** Ends a host when it reports that its login was accepted, before the service knows. */
let diesAtLogin: boolean;
let lastHost: SessionHost | null = null;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());

const openHost: OpenSessionHost = async (spec) => {
  if (broken) throw new Error('no browser');
  const onSeen: typeof spec.onSeen = (event) => {
    if (diesAtLogin && event.type === 'client:authenticated') void host.kill();
    else if (!(hanging && event.type === 'client:ready')) spec.onSeen(event);
  };
  const host = await lightHosts({ port: replica.port })({ ...spec, onSeen });
  lastHost = host;
  return host;
};

async function start(): Promise<void> {
  const deadlines = { readyMs: 3_000, closeMs: 2_000 };
  const options = { openHost, deadlines };
  ({ service, log, folder } = await startTestService({ database: address, folder, ...options }));
}

beforeEach(async () => {
  [hanging, broken, diesAtLogin] = [false, false, false];
  const [, newAddress] = engines[0] as (typeof engines)[0];
  address = await newAddress();
  folder = temporaryFolder();
  await start();
  workspace = (await service.workspaces.create('W')).id;
  phone = replica.phones.create(String(++numbers)).id;
  ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
});
afterEach(() => service.stop());

const devices = () => replica.phones.get(phone).devices;
const profile = () => existsSync(sessionFolder(folder, ids));
const sessions = () => service.database.kysely.updateTable('sessions');

/** Until no instance runs the session any more. */
async function nobodyRunsIt(): Promise<void> {
  broken = true;
  await service.stop();
  await start();
  await until('it waits', () => log.some(({ event }) => event === 'ended'));
}

test('a logout of a session without an owner unlinks its device, and then its profile is removed', async () => {
  await nobodyRunsIt();
  await service.sessions.logout(ids);
  expect(devices()).toHaveLength(1);
  broken = false;
  await sessions().set({ next_start_at: 0 }).execute();
  await until('the device is unlinked', () => devices().length === 0);
  await until('its profile is removed', () => !profile());
  expect(log).toContainEqual({ event: 'unlinked', account: ids.account });
});

test('a session that is deleted while it starts is unlinked when its owner has ended', async () => {
  hanging = true;
  await service.stop();
  await start();
  await untilStatus(service, ids, 'authenticated');
  await service.sessions.delete(ids);
  await until('its owner has ended', () => service.sessions.hosted.length === 0);
  expect(profile()).toBe(true);
  const { next_start_at } = await service.database.kysely.selectFrom('sessions').selectAll().executeTakeFirstOrThrow();
  // Until then the owner may be alive, if it is one that does not hear of it.
  expect(next_start_at).toBeGreaterThan(Date.now() + 20_000);
  hanging = false;
  await sessions().set({ next_start_at: 0 }).execute();
  await until('the device is unlinked', () => devices().length === 0);
  await until('its profile is removed', () => !profile());
});

test('a number that is linked again while no instance runs its older session leaves one device on the phone', async () => {
  await nobodyRunsIt();
  broken = false;
  await sessions()
    .set({ next_start_at: Date.now() + 600_000 })
    .execute();
  const newer = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, newer, 'connected');
  await until('the older device is unlinked', () => devices().length === 1);
  await until('its profile is removed', () => !profile());
  expect(await service.accounts.get(workspace, newer.account)).toMatchObject({ status: 'connected' });
});

test('a device that cannot be unlinked is tried three times, then its profile goes and the log says so', async () => {
  await nobodyRunsIt();
  await service.sessions.logout(ids);
  const failures = () => log.filter(({ event }) => event === 'unlink-failed').map(({ triesLeft }) => triesLeft);
  await until('it was tried three times', async () => {
    await sessions().set({ next_start_at: 0 }).execute();
    return failures().length === 3;
  });
  expect(failures()).toEqual([2, 1, 0]);
  await until('its profile is removed', () => !profile());
  expect(devices()).toHaveLength(1);
});

test('a link that dies between scan and login leaves no device on the phone', async () => {
  diesAtLogin = true;
  const other = replica.phones.create(String(++numbers)).id;
  const link = await linkWith(service, workspace, (qr) => replica.phones.scan(other, qr));
  expect(await untilStatus(service, link, 'failed')).toMatchObject({ cause: 'host-died' });
  expect(replica.phones.get(other).devices).toHaveLength(1);
  diesAtLogin = false;
  await until('the device is unlinked', () => replica.phones.get(other).devices.length === 0);
  await until('its profile is removed', () => !existsSync(sessionFolder(folder, link)));
  expect(log).toContainEqual({ event: 'unlinked', account: link.account });
});

test('a link that dies before its code was scanned is not said to be unlinked', async () => {
  const link = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await until('a code is shown', () => service.linkCodes.get(link.session));
  await lastHost?.kill();
  await untilStatus(service, link, 'failed');
  await until('it is tried', () =>
    log.some(({ event, account }) => event === 'unlink-failed' && account === link.account),
  );
  await until('its profile is removed', () => !existsSync(sessionFolder(folder, link)));
  expect(log).not.toContainEqual({ event: 'unlinked', account: link.account });
});

test('a code that is shown in place of a restored login leaves the profile for a while, and then it is swept away', async () => {
  await service.stop();
  replica.phones.unlink(phone);
  await start();
  expect(await untilStatus(service, ids, 'failed')).toMatchObject({ cause: 'unlinked' });
  await until('nothing runs', () => service.sessions.hosted.length === 0);
  await service.sessions.sweep();
  expect(profile()).toBe(true);
  const unknown = join(folder, workspace, 'of another database');
  mkdirSync(unknown);
  const dayMs = 86_400_000;
  await service.database.kysely
    .updateTable('whatsapp_accounts')
    .set({ status_since: Date.now() - 8 * dayMs })
    .execute();
  await service.sessions.sweep();
  expect(profile()).toBe(false);
  expect(existsSync(unknown)).toBe(true);
});
