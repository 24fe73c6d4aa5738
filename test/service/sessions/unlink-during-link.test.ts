import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionCause } from '../../../src/codes/codes.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { LogLine } from '../../../src/service/log-line.ts';
import { sessionFolder } from '../../../src/service/profiles/session-folder.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const number = '15551300001';

describe.each(engines)('on %s', (_, newAddress) => {
  let replica: Replica;
  let phone: string;
  let workspace: WorkspaceId;
  let folder: string;
  let service: Service;
  let log: LogLine[];
  let launches: number;
  /** While true no session gets further than its login. */
  let hanging: boolean;

  beforeEach(async () => {
    [launches, hanging] = [0, false];
    replica = await startReplica({ build: '2.3000.1044822804' });
    const light = lightHosts({ port: replica.port });
    const openHost: OpenSessionHost = async (spec) => {
      launches++;
      const onSeen: typeof spec.onSeen = (event) => {
        if (!(hanging && event.type === 'client:ready')) spec.onSeen(event);
      };
      return light({ ...spec, onSeen });
    };
    folder = temporaryFolder();
    const options = { database: await newAddress(), openHost, folder, deadlines: { closeMs: 12_000 } };
    ({ service, log } = await startTestService(options));
    workspace = (await service.workspaces.create('W')).id;
    phone = replica.phones.create(number).id;
  });
  afterEach(async () => {
    await service.stop();
    await replica.close();
  });

  /** A link that the phone has just scanned, with an answer of the server that takes so many seconds. */
  async function scanned(seconds: number): Promise<SessionIds> {
    const ids = await linkWith(
      service,
      workspace,
      (qr) => {
        replica.setCondition('slow-link', true, { seconds });
        return replica.phones.scan(phone, qr);
      },
      number,
    );
    expect(devices()).toHaveLength(1);
    return ids;
  }

  const devices = () => replica.phones.get(phone).devices;
  const unlinksLeft = async () =>
    (await service.database.kysely.selectFrom('sessions').select('unlinks_left').executeTakeFirstOrThrow())
      .unlinks_left;

  /** Until the device is unlinked by the one start that there was. */
  async function unlinkedByItsOwner(ids: SessionIds, code: SessionCause): Promise<void> {
    await until('the device is unlinked', () => devices().length === 0, 10_000);
    await until('its profile is removed', () => !existsSync(sessionFolder(folder, ids)));
    expect(await unlinksLeft()).toBe(0);
    const logged = (event: LogLine['event']) =>
      log.find((line) => line.event === event && line.account === ids.account) ?? null;
    expect(await until('its end is in the log', () => logged('ended'))).toMatchObject({ end: 'over', code });
    expect(logged('unlinked')).not.toBeNull();
  }

  test.each([
    ['before its owner hears of it', 0.2],
    ['after its owner has heard of it', 1.5],
  ])('an account that is deleted after the scan, its login accepted %s, leaves no device', async (_, seconds) => {
    const ids = await scanned(seconds);
    // As another instance does it, without the owner.
    await service.accounts.delete(ids);
    await unlinkedByItsOwner(ids, 'delete-asked');
    expect(launches).toBe(1);
  });

  test('a link that another one of the number supersedes after the scan leaves no device', async () => {
    const ids = await scanned(1);
    await service.sessions.link(workspace, { phone: number, pairing: false, libraryPin: null });
    await unlinkedByItsOwner(ids, 'superseded');
  });

  test('a device whose session does not get ready in time is unlinked by a start for that', async () => {
    hanging = true;
    const ids = await scanned(0);
    await service.accounts.deactivate(ids, 'logout-asked');
    await until('its owner has given up', () => service.sessions.hosted.length === 0);
    expect(devices()).toHaveLength(1);
    hanging = false;
    await service.database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    await until('the device is unlinked', () => devices().length === 0);
  });

  test('a link without a scan is not started once more to unlink it', async () => {
    const ids = await linkWith(service, workspace, async () => {}, number);
    await service.accounts.deactivate(ids, 'logout-asked');
    await until('its owner has ended', () => service.sessions.hosted.length === 0);
    expect(await unlinksLeft()).toBe(0);
    expect(existsSync(sessionFolder(folder, ids))).toBe(false);
    expect(log.map(({ event }) => event)).not.toContain('unlinked');
  });
});
