import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import { profileFolder, sessionFolder } from '../../../src/service/profiles/session-folder.ts';
import type { WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
const conflicts: unknown[] = [];
let numbers = 15550200000;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(async () => {
  await replica.close();
});

function newPhone() {
  const number = String(++numbers);
  const { id } = replica.phones.create(number);
  return {
    number,
    scan: (qr: string) => replica.phones.scan(id, qr),
    unlink: () => replica.phones.unlink(id),
    devices: () => replica.phones.get(id).devices,
    send: (body: string) => replica.phones.send(id, { body }),
    received: () => replica.phones.get(id).received,
  };
}

describe.each(engines)('sessions with %s', (_, newAddress) => {
  let address: string;
  let folder: string;
  let service: Service;
  let log: Awaited<ReturnType<typeof startTestService>>['log'];
  let workspace: WorkspaceId;
  const running = new Set<Service>();
  const openHost: OpenSessionHost = (spec) =>
    lightHosts({ port: replica.port })({
      ...spec,
      onSeen: (event) => {
        // Two connections of one device at the same time: the replica, like the real service, ends the first.
        if (String(event.detail) === 'CONFLICT') conflicts.push(spec.lease.ids.session);
        spec.onSeen(event);
      },
    });

  async function start(profiles?: string) {
    const started = await startTestService({ database: address, openHost, ...(profiles ? { folder: profiles } : {}) });
    running.add(started.service);
    return started;
  }

  beforeEach(async () => {
    address = await newAddress();
    ({ service, log, folder } = await start());
    workspace = (await service.workspaces.create('W')).id;
  });
  afterEach(async () => {
    for (const one of running) await one.stop();
    running.clear();
    expect(conflicts).toEqual([]);
  });

  test('a number is linked from QR to connected, and its history and numbers say so', async () => {
    const phone = newPhone();
    let code = '';
    const ids = await linkWith(service, workspace, (qr) => {
      code = qr;
      return phone.scan(qr);
    });
    expect(await untilStatus(service, ids, 'connected')).toMatchObject({ phone: phone.number, library: '1.34.7' });
    expect(await service.linkCodes.get(ids.session)).toBeNull();
    const history = await service.accounts.history(ids.account, 10, 0);
    expect(history.map(({ to }) => to)).toEqual(['qr_scanning', 'authenticated', 'connected']);
    // Written to the database first, then logged.
    await until('the log says so', () => log.some(({ event }) => event === 'connected'));
    const metrics = await service.metrics.registry.metrics();
    expect(metrics).toContain('wwebjs_link_attempts_total{library="1.34.7",outcome="ready",code=""} 1');
    const published = JSON.stringify(log) + metrics;
    for (const secret of [phone.number, ...code.split(',').slice(0, 4)]) expect(published).not.toContain(secret);
  });

  test('after a graceful stop another instance restores the session without a new code', async () => {
    const phone = newPhone();
    const ids = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, ids, 'connected');
    await service.stop();
    running.delete(service);
    const { service: next } = await start(folder);
    await untilStatus(next, ids, 'connected');
    expect(phone.devices()).toHaveLength(1);
    const history = await next.accounts.history(ids.account, 20, 0);
    expect(history.slice(3).map(({ to, cause }) => `${to} ${cause}`)).toEqual([
      'disconnected instance-stopped',
      'authenticated scanned',
      'connected ready',
    ]);
  });

  test('the lock that a killed browser left in the profile is removed before the session is restored', async () => {
    const ids = await linkWith(service, workspace, newPhone().scan);
    await untilStatus(service, ids, 'connected');
    await service.stop();
    running.delete(service);
    const lock = join(profileFolder(sessionFolder(folder, ids)), 'SingletonLock');
    expect(existsSync(lock)).toBe(false);
    writeFileSync(lock, 'left behind');
    const { service: next } = await start(folder);
    await untilStatus(next, ids, 'connected');
  });

  test('the same phone linked again takes the number; the older session is unlinked and its profile removed', async () => {
    const phone = newPhone();
    const older = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, older, 'connected');
    const newer = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, newer, 'connected');
    expect(await service.accounts.get(workspace, older.account)).toMatchObject({
      status: 'inactive',
      cause: 'superseded',
    });
    await until('the older device is unlinked', () => phone.devices().length === 1);
    await until('its profile is removed', () => !existsSync(sessionFolder(folder, older)));
  });

  test('a session that lost its number to a link in another instance is unlinked by the instance that runs it', async () => {
    const phone = newPhone();
    const older = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, older, 'connected');
    const { service: other } = await start();
    const newer = await linkWith(other, workspace, phone.scan);
    await untilStatus(other, newer, 'connected');
    await until('the older device is unlinked', () => phone.devices().length === 1);
    await until('its instance runs nothing any more', () => service.sessions.hosted.length === 0);
    expect(await other.accounts.get(workspace, newer.account)).toMatchObject({ status: 'connected' });
  });

  test('a device that the phone unlinks makes the account failed, and no instance starts it again', async () => {
    const phone = newPhone();
    const ids = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, ids, 'connected');
    phone.unlink();
    expect(await untilStatus(service, ids, 'failed')).toMatchObject({ cause: 'unlinked' });
    await until('nothing runs', () => service.sessions.hosted.length === 0);
  });

  test('a session that is connected sends and receives texts', async () => {
    const phone = newPhone();
    const heard: unknown[] = [];
    service.onEvent((_, event) => event.type === 'message' && heard.push(event.message));
    const ids = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, ids, 'connected');
    phone.send('are you there?');
    await until('the message is heard', () => heard.length > 0);
    expect(heard).toMatchObject([{ body: 'are you there?' }]);
    await service.sessions.sendText(ids, '15550300001@c.us', 'yes');
    await until('the phone has the answer', () => phone.received().some(({ body }) => body === 'yes'));
  });

  test('a text that another instance is asked for goes through the one that runs the session', async () => {
    const phone = newPhone();
    const ids = await linkWith(service, workspace, phone.scan);
    await untilStatus(service, ids, 'connected');
    const { service: other } = await start();
    expect(await other.sessions.sendText(ids, '15550300001@c.us', 'from afar')).toMatch(/^true_15550300001@c\.us_/);
    await until('the phone has it', () => phone.received().some(({ body }) => body === 'from afar'));
    await service.accounts.deactivate(ids, 'logout-asked');
    await expect(other.sessions.sendText(ids, '15550300001@c.us', 'too late')).rejects.toMatchObject({
      code: 'session-not-connected',
    });
  });
});
