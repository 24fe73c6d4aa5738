import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { linkWith, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let server: TestServer;
let service: Service;
let workspace: WorkspaceId;
let numbers = 15551300000;
/** Version by version what its installation waits for or fails with. */
let installations: Map<string, Promise<void>>;
let exits: number;
let opening: (spec: Parameters<OpenSessionHost>[0]) => Promise<void>;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());

beforeEach(async () => {
  installations = new Map();
  exits = 0;
  opening = async () => {};
  const light = lightHosts({ port: replica.port });
  const [, newAddress] = engines[0] as (typeof engines)[0];
  server = await startTestServer({
    database: await newAddress(),
    slots: 1,
    deadlines: { startMs: 2_000 },
    prepareLibrary: async (version) => installations.get(version),
    openHost: async (spec) => {
      await opening(spec);
      const onSeen: typeof spec.onSeen = (event) => {
        if (event.type === 'host:exited') exits++;
        spec.onSeen(event);
      };
      return light({ ...spec, onSeen });
    },
  });
  ({ service } = server);
  workspace = (await service.workspaces.create('W')).id;
});
afterEach(() => server.stop());

async function connected(): Promise<SessionIds> {
  const phone = replica.phones.create(String(++numbers)).id;
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
  return ids;
}

function failing(message: string): Promise<void> {
  const failed = Promise.reject(new Error(message));
  failed.catch(() => {});
  return failed;
}

test('a session that works is not closed for a version that cannot be installed', async () => {
  const ids = await connected();
  installations.set('1.33.2', failing('no such version'));
  await service.accounts.pinLibrary(ids, '1.33.2');
  await sleep(3_000);
  const history = await service.accounts.history(ids.account, 20, 0);
  expect(history.map(({ to }) => to)).toEqual(['qr_scanning', 'authenticated', 'connected']);
  await service.accounts.pinLibrary(ids, '1.34.6');
  await until('the next choice hosts it', async () => {
    const { status, library } = await service.accounts.get(workspace, ids.account);
    return status === 'connected' && library === '1.34.6';
  });
});

test('a rollout to a version that cannot be installed, or to the baseline, is refused', async () => {
  installations.set('9.9.9', failing('no such version'));
  const create = (candidate: string) => server.ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate });
  expect(await create('9.9.9')).toMatchObject({
    status: 422,
    body: { code: 'library-unavailable', detail: expect.stringContaining('no such version') },
  });
  expect(await create('1.34.7')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect((await server.ask('GET', '/v1/rollouts')).body.items).toEqual([]);
  expect((await create('1.34.6')).status).toBe(201);
});

test('an installation that takes long keeps no other session from starting', async () => {
  const installed = Promise.withResolvers<void>();
  installations.set('1.34.6', installed.promise);
  const waiting = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: '1.34.6' });
  const ids = await connected();
  expect(await service.linkCodes.get(waiting.session)).toBeNull();
  installed.resolve();
  await until('the other one starts too', () => service.linkCodes.get(waiting.session));
  expect(await service.accounts.get(workspace, ids.account)).toMatchObject({ status: 'connected' });
});

test('a host that does not open in time is given up, and nothing is left of it when it opens later', async () => {
  const late = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  opening = (spec) => {
    signal = spec.signal;
    return late.promise;
  };
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await until('it has begun', () => signal);
  expect(await untilStatus(service, ids, 'failed', 5_000)).toMatchObject({ cause: 'start-timeout' });
  expect(signal?.aborted).toBe(true);
  opening = async () => {};
  await connected();
  expect(exits).toBe(0);
  late.resolve();
  await until('the late host is ended', () => exits === 1);
});

test('a host knows from its start how long it may live without the instance', async () => {
  let restMs = 0;
  opening = async (spec) => {
    restMs = spec.restMs();
  };
  await connected();
  expect(restMs).toBeGreaterThan(20_000);
  expect(restMs).toBeLessThanOrEqual(27_000);
});
