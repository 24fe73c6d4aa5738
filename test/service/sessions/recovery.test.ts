import { once } from 'node:events';
import { get } from 'node:http';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Untimed } from '../../../src/contracts/host-events.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { LogLine } from '../../../src/service/log-line.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import { LibraryFailed, type OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let service: Service;
let log: LogLine[];
let workspace: WorkspaceId;
let numbers = 15551000000;
/** Versions that were requested as hosts, in sequence, and those that cannot be. */
let hosted: string[];
let broken: Set<string>;
let killLast: () => void;
/** Tells something as the last host does. */
let tellLast: (event: Untimed) => void;
let hang: boolean;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());

beforeEach(async () => {
  hosted = [];
  broken = new Set();
  hang = false;
  const light = lightHosts({ port: replica.port });
  const openHost: OpenSessionHost = async (spec) => {
    hosted.push(spec.library);
    if (broken.has(spec.library)) throw new LibraryFailed('broken by the test');
    const host = await light(spec);
    tellLast = (event) => spec.onSeen({ at: Date.now(), ...event });
    killLast = () => void host.kill();
    return {
      sessionFacts: () => (hang ? new Promise(() => {}) : host.sessionFacts()),
      requestCode: (number) => host.requestCode(number),
      sendText: (to, body) => host.sendText(to, body),
      logout: () => host.logout(),
      destroy: () => host.destroy(),
      liveFor: (ms) => host.liveFor(ms),
      kill: () => host.kill(),
    };
  };
  const [, newAddress] = engines[0] as (typeof engines)[0];
  ({ service, log } = await startTestService({ database: await newAddress(), openHost }));
  workspace = (await service.workspaces.create('W')).id;
});
afterEach(() => service.stop());

async function connected(): Promise<SessionIds> {
  const phone = replica.phones.create(String(++numbers)).id;
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
  return ids;
}

/** Lets the backoff of every session be over. */
const now = () => service.database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();

test('a host that dies is noticed at once, and the session comes back after its backoff', async () => {
  const ids = await connected();
  killLast();
  expect(await untilStatus(service, ids, 'disconnected')).toMatchObject({ cause: 'host-died' });
  await until('the failure is written', async () => {
    const row = await service.database.kysely.selectFrom('sessions').select('failures').executeTakeFirst();
    return row?.failures === 1;
  });
  await now();
  await untilStatus(service, ids, 'connected');
});

test('the log of a host that ends by an error has the error, not its exit code', async () => {
  await connected();
  const detail = { message: 'the page said no', stack: 'Error: the page said no' };
  tellLast({ type: 'host:unhandled-rejection', detail });
  tellLast({ type: 'host:exited', detail: { code: 1, signal: null } });
  const line = await until('it is in the log', () => log.find(({ event }) => event === 'ended'));
  expect(line).toMatchObject({ code: 'host-died', message: 'the page said no' });
});

test('a failure of the service itself ends one session, not the process, and is tried again', async () => {
  const { kysely } = service.database;
  await sql`create trigger broken before insert on session_starts begin select raise(abort, 'broken by the test'); end`.execute(
    kysely,
  );
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  const line = await until('it is in the log', () => log.find(({ event }) => event === 'session-trouble'));
  expect(line).toMatchObject({
    message: expect.stringContaining('broken by the test'),
    stack: expect.stringMatching(/^at /),
  });
  await until('it is over', () => log.find(({ event, code }) => event === 'ended' && code === 'service-failed'));
  await sql`drop trigger broken`.execute(kysely);
  await now();
  await until('a code is shown', () => service.linkCodes.get(ids.session));
});

test('an end that cannot be written for another reason than the database being away is in the log', async () => {
  await connected();
  const { kysely } = service.database;
  await sql`create trigger broken before update on session_starts begin select raise(abort, 'refused by the test'); end`.execute(
    kysely,
  );
  killLast();
  const line = await until('it is in the log', () => log.find(({ event }) => event === 'session-trouble'));
  expect(line.message).toContain('refused by the test');
  await sql`drop trigger broken`.execute(kysely);
});

test('a page that hangs is left for a new one', async () => {
  const ids = await connected();
  hang = true;
  expect(await untilStatus(service, ids, 'disconnected')).toMatchObject({ cause: 'page-hung' });
  hang = false;
  await now();
  await untilStatus(service, ids, 'connected');
});

test('a session that fails three times needs attention, and is started again on request', async () => {
  const ids = await connected();
  broken.add('1.34.7');
  killLast();
  const waiting = await until('it needs attention', async () => {
    await now();
    const account = await service.accounts.get(workspace, ids.account);
    return account.attention === null ? null : account;
  });
  expect(waiting).toMatchObject({ status: 'disconnected', attention: 'library-failed' });
  expect(log).toContainEqual(
    expect.objectContaining({ event: 'ended', code: 'library-failed', message: 'LibraryFailed: broken by the test' }),
  );
  const asked = hosted.length;
  await now();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(hosted).toHaveLength(asked);
  broken.clear();
  await service.sessions.restore(ids);
  expect(await untilStatus(service, ids, 'connected')).toMatchObject({ attention: null });
});

test('a version that was chosen for an account hosts it, and leaving the choice moves it back', async () => {
  const ids = await connected();
  await service.accounts.pinLibrary(ids, '1.33.2');
  const hostedBy = (version: string) =>
    until(`hosted by ${version}`, async () => {
      const { library, status } = await service.accounts.get(workspace, ids.account);
      return library === version && status === 'connected';
    });
  await hostedBy('1.33.2');
  await service.accounts.pinLibrary(ids, null);
  await hostedBy('1.34.7');
  expect(hosted).toEqual(['1.34.7', '1.33.2', '1.34.7']);
});

test('the events of a link are the code, each new status, and then the end', async () => {
  const app = createServer({ service, version: '0.0.0', open: true, onTrouble: () => {} });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const phone = replica.phones.create(String(++numbers)).id;
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  const request = get(`${url}/v1/workspaces/${workspace}/accounts/${ids.account}/link/events`);
  const [response] = await once(request, 'response');
  expect(response.headers['content-type']).toBe('text/event-stream');
  const events: { event: string; data: { code: string; status: string } }[] = [];
  let scanned = false;
  for await (const part of response.setEncoding('utf8')) {
    for (const [, event = '', data = ''] of String(part).matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
      events.push({ event, data: JSON.parse(data) });
    }
    const code = events.find(({ event }) => event === 'code')?.data.code;
    if (!code || scanned) continue;
    scanned = true;
    await replica.phones.scan(phone, code);
  }
  const seen = events.map(({ event, data }) => (event === 'status' ? data.status : event));
  expect(seen.at(-1)).toBe('connected');
  expect(seen).toEqual(expect.arrayContaining(['qr_scanning', 'code', 'connected']));
  await app.close();
});
