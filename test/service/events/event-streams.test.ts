import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { keepHouse } from '../../../src/service/instance/housekeeping.ts';
import type { SessionIds } from '../../../src/service/session-ids.ts';
import { openStream } from '../../support/event-stream.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { linkWith, until, untilStatus } from '../../support/test-service.ts';

const known = ['message', 'message_ack', 'qr', 'code', 'group_join'];
const hourMs = 3_600_000;

/** Two instances, of which the first runs the session of a linked number. */
interface Scene {
  server: TestServer;
  other: TestServer;
  ids: SessionIds;
  /** Where the events of the account are followed. */
  path: string;
  /** The phone sends itself texts. */
  send(...bodies: string[]): void;
  /** Links another number, in a workspace of its own. */
  stranger(): Promise<{ ids: SessionIds; send(body: string): void }>;
  stop(): Promise<void>;
}

async function newScene(newAddress: () => Promise<string>): Promise<Scene> {
  const replica: Replica = await startReplica({ build: '2.3000.1044822804' });
  const options = {
    database: await newAddress(),
    openHost: lightHosts({ port: replica.port }),
    eventsOf: async () => known,
    eventsWindowMs: hourMs,
  };
  const server = await startTestServer(options, { listens: true, limits: { streamsPerKey: 3 } });
  const link = async (number: string) => {
    const { id: workspace } = await server.service.workspaces.create(number);
    const phone = replica.phones.create(number).id;
    const ids = await linkWith(server.service, workspace, (qr) => replica.phones.scan(phone, qr));
    await untilStatus(server.service, ids, 'connected');
    return { ids, send: (body: string) => void replica.phones.send(phone, { body }) };
  };
  const { ids, send } = await link('15550190001');
  const other = await startTestServer(options, { listens: true });
  return {
    ...{ server, other, ids },
    path: `/v1/workspaces/${ids.workspace}/accounts/${ids.account}/events`,
    send: (...bodies) => bodies.forEach(send),
    stranger: () => link('15550190002'),
    async stop() {
      await Promise.all([server.stop(), other.stop()]);
      await replica.close();
      expect([...server.troubles, ...other.troubles]).toEqual([]);
    },
  };
}

const bodiesOf = (events: { data: { args: unknown[] } }[]) =>
  events.map(({ data }) => (data.args[0] as { body: string }).body);

/** Opens a stream, and waits until the events with its names are reported. */
async function follow(server: TestServer, path: string, options: Parameters<typeof openStream>[2] = {}) {
  const stream = await openStream(server, path, options);
  await until('it follows', () => stream.events.length > 0);
  return stream;
}

describe.each(engines)('events of the library with %s', (_, newAddress) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await newScene(newAddress);
  });
  afterAll(() => scene.stop());

  const rows = () => scene.server.service.database.kysely.selectFrom('library_events').selectAll().execute();

  test('a stream at another instance has each event once, in their sequence, and goes on after a cut where it was', async () => {
    const { server, other, path, send, ids } = scene;
    send('not followed yet');
    const stream = await follow(other, `${path}?events=message`);
    expect(stream.events).toMatchObject([{ event: 'following', data: { events: ['message'], windowSeconds: 3_600 } }]);
    send('one', 'two', 'three');
    const events = await stream.library(3);
    expect(bodiesOf(events)).toEqual(['one', 'two', 'three']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(events[0]).toMatchObject({ type: 'library.event', name: 'message', account: ids.account });
    stream.close();
    const missed = Array.from({ length: 120 }, (_, at) => `missed ${at}`);
    send(...missed);
    const resumed = await follow(server, `${path}?events=message`, { lastId: stream.lastId() });
    expect(bodiesOf(await resumed.library(120))).toEqual(missed);
    expect(resumed.events.map(({ event }) => event)).not.toContain('gap');
    send('live');
    expect(bodiesOf(await resumed.library(121)).at(-1)).toBe('live');
    resumed.close();
  });

  test('a key that is limited follows the events that it may, and no others', async () => {
    const { server, path } = scene;
    const { key } = await server.keys.create('k', 'call', null, { allow: ['Client.getChats', 'event.message'] });
    const all = await openStream(server, path, { key });
    await until('it follows', () => all.events.length > 0);
    expect(all.events).toMatchObject([{ event: 'following', data: { events: ['message'] } }]);
    all.close();
    const named = await openStream(server, `${path}?events=message,group_join`, { key });
    expect(named.problem).toMatchObject({ code: 'event-forbidden', detail: 'The API key may not follow group_join.' });
    const none = await server.keys.create('k', 'call', null, { allow: ['Client.getChats'] });
    expect((await openStream(server, path, none)).problem).toMatchObject({ code: 'event-forbidden' });
  });

  test('an id that is older than the window, one of another database, and names that were not followed then, are a gap', async () => {
    const { server, path, send } = scene;
    const stream = await follow(server, `${path}?events=message`);
    send('the last one');
    await stream.library(1);
    stream.close();
    const [seq = 0, at = 0] = stream.lastId().split('.').map(Number);
    const gapOf = async (events: string, lastId: string) => {
      const resumed = await openStream(server, `${path}?events=${events}`, { lastId });
      const gap = await until('a gap', () => resumed.events.find(({ event }) => event === 'gap'));
      resumed.close();
      return gap.data;
    };
    expect(await gapOf('message,message_ack', `${seq}.${at}`)).toMatchObject({ events: ['message_ack'] });
    expect(await gapOf('message', `${seq}.${at - 2 * hourMs}`)).toMatchObject({ events: ['message'] });
    expect(await gapOf('message', `${seq + 99}.${at}`)).toMatchObject({ events: ['message'] });
  });

  test('what is kept is sealed, and housekeeping deletes it after the window', async () => {
    const { database } = scene.server.service;
    const kept = await rows();
    expect(kept).toHaveLength(125);
    expect(JSON.stringify(kept)).not.toMatch(/missed|not followed|15550190001/);
    await database.kysely
      .updateTable('library_events')
      .set({ at: Date.now() - 2 * hourMs })
      .where('seq', '<=', 100)
      .execute();
    await database.kysely.updateTable('event_follows').set({ until: 0 }).where('names', 'like', '%ack%').execute();
    await keepHouse(database, hourMs);
    expect(await rows()).toHaveLength(25);
    expect(await database.kysely.selectFrom('event_follows').select('names').execute()).toEqual([
      { names: '["message"]' },
    ]);
  });
});

describe('streams of events', () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  let scene: Scene;

  beforeAll(async () => {
    scene = await newScene(newAddress);
  });
  afterAll(() => scene.stop());

  test('a stream of a workspace has the events of all its accounts and of no other', async () => {
    const { server, other, path, send, ids, stranger } = scene;
    const theirs = await stranger();
    const stream = await follow(other, `/v1/workspaces/${ids.workspace}/events?events=message`);
    const strangers = await follow(other, `/v1/workspaces/${theirs.ids.workspace}/events?events=message`);
    send('ours');
    theirs.send('theirs');
    expect(bodiesOf(await stream.library(1))).toEqual(['ours']);
    expect(bodiesOf(await strangers.library(1))).toEqual(['theirs']);
    expect(stream.events).toHaveLength(2);
    stream.close();
    strangers.close();
    const { key } = await server.keys.create('theirs', 'call', theirs.ids.workspace);
    expect((await openStream(server, path, { key })).problem).toMatchObject({ code: 'workspace-unknown' });
  });

  test('without names, a stream follows all events of the version but those with codes', async () => {
    const stream = await follow(scene.server, scene.path);
    expect(stream.events[0]?.data).toMatchObject({ events: ['group_join', 'message', 'message_ack'] });
    stream.close();
  });

  test('wrong names, a wrong id, a smaller scope and an instance that reports no events are refused', async () => {
    const { server, other, path } = scene;
    const refused = async (query: string, options: Parameters<typeof openStream>[2] = {}) =>
      (await openStream(server, path + query, options)).problem.code;
    expect(await refused('?events=no_such_event')).toBe('event-unknown');
    expect(await refused('?events=qr')).toBe('event-refused');
    expect(await refused('?events=Message')).toBe('invalid-request');
    expect(await refused('?events=')).toBe('invalid-request');
    expect(await refused('', { lastId: 'no id' })).toBe('invalid-request');
    const { key } = await server.keys.create('reader', 'read');
    expect(await refused('', { key })).toBe('forbidden');
    const { kysely } = server.service.database;
    const older = kysely.updateTable('instances').where('id', '=', other.service.id);
    await older.set({ follows_at: null }).execute();
    expect(await refused('')).toBe('older-instance');
    await older.set({ follows_at: sql<number>`0` }).execute();
  });

  test('a key has a limit of streams, and its streams end when it is revoked', async () => {
    const { server, path } = scene;
    const { key, id } = await server.keys.create('caller', 'call');
    const open = () => openStream(server, `${path}?events=message`, { key });
    const streams = [await open(), await open(), await open()];
    expect((await open()).problem).toMatchObject({ code: 'too-many-requests' });
    streams.shift()?.close();
    const again = await until('the place is free', async () => {
      const stream = await open();
      return stream.status === 200 ? stream : null;
    });
    await server.ask('DELETE', `/v1/keys/${id}`);
    for (const stream of [...streams, again]) {
      await stream.over;
      expect(stream.events.at(-1)).toEqual({ event: 'end', data: { code: 'unauthorized' } });
    }
  });

  test('a stream says that events may be missing when the instance of an account has died', async () => {
    const { server, path, ids } = scene;
    const stream = await follow(server, `${path}?events=message`);
    const { kysely } = server.service.database;
    // Neither instance has a reason to start it again.
    const died = { lease_expires_at: 1, wanted: 0 };
    await kysely.updateTable('sessions').set(died).where('id', '=', ids.session).execute();
    const gap = await until('a gap', () => stream.events.find(({ event }) => event === 'gap'));
    expect(gap.data).toMatchObject({ events: ['message'] });
    stream.close();
  });

  test('a stream ends with its account, and gracefully with its instance', async () => {
    const { server, other, path, ids } = scene;
    const stream = await follow(server, `${path}?events=message`);
    const rest = await follow(other, `/v1/workspaces/${ids.workspace}/events?events=message`);
    await server.service.sessions.delete(ids);
    await stream.over;
    expect(stream.events.at(-1)).toEqual({ event: 'end', data: { code: 'account-unknown' } });
    await Promise.all([other.service.stop(), rest.over]);
    expect(rest.events.at(-1)).toEqual({ event: 'end', data: { code: 'stopping' } });
  });
});
