import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallBody, Called } from '../../../src/contracts/service-calls.ts';
import type { Replica } from '../../../src/replica/start-replica.ts';
import { isInRollout } from '../../../src/service/rollouts/bucket.ts';
import { readRolloutRules } from '../../../src/service/rollouts/rollout-rules.ts';
import { accountId } from '../../../src/service/session-ids.ts';
import { openStream } from '../../support/event-stream.ts';
import { type LinkedAccount, linkedAccount } from '../../support/linked-account.ts';
import type { TestServer } from '../../support/test-server.ts';
import { until } from '../../support/test-service.ts';

/** Programs call methods of a real library in a real browser; one linked account answers them all. */

const peer = '15550100999@c.us';
/** A PNG of one pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const rules = readRolloutRules();

let linked: LinkedAccount;
let replica: Replica;
let server: TestServer;
let other: TestServer;
let phone: string;
let account: string;

beforeAll(async () => {
  linked = await linkedAccount({
    ...{ library: '1.34.2', build: '2.3000.1029241508' },
    rolloutRules: { ...rules, policy: { ...rules.policy, calls: { least: 10 } } },
  });
  ({ replica, server, other, phone, account } = linked);
}, 300_000);
afterAll(() => linked.stop());

/** A port that no program listens on. */
async function closedPort(): Promise<number> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  listening.close();
  await once(listening, 'close');
  return port;
}

const call = (body: Partial<CallBody> & { method: string }) => server.ask('POST', `${account}/calls`, body);

// biome-ignore lint/suspicious/noExplicitAny: answers have every shape
type Answer = Called & { value: any };

async function called(body: Partial<CallBody> & { method: string }): Promise<Answer> {
  const { status, body: answer } = await call(body);
  expect({ status, detail: answer.detail }).toEqual({ status: 200, detail: undefined });
  return answer;
}

const idOf = ({ value }: Answer): string => value.id._serialized;
const onPhone = (id: string) =>
  until(`${id} on the phone`, () => replica.phones.get(phone).received.find((each) => id.endsWith(each.id)));

test('a text, an image, a location and a poll arrive as what they are', async () => {
  const text = await called({ method: 'sendMessage', args: [peer, 'hello'] });
  expect(text).toMatchObject({ of: 'Message', media: [] });
  expect((await onPhone(idOf(text))).content).toMatchObject({ kind: 'text', body: 'hello' });
  const image = { $media: { mimetype: 'image/png', data: png, filename: 'dot.png' } };
  const sent = await called({ method: 'sendMessage', args: [peer, image, { sendMediaAsDocument: true }] });
  const { id } = await onPhone(idOf(sent));
  expect(replica.phones.media(phone, id).bytes.toString('base64')).toBe(png);
  const place = { $new: 'Location', args: [52.5, 13.4, { name: 'Berlin' }] };
  const location = await called({ method: 'sendMessage', args: [peer, place] });
  expect((await onPhone(idOf(location))).content).toMatchObject({ kind: 'location', latitude: 52.5, longitude: 13.4 });
  const poll = await called({ method: 'sendMessage', args: [peer, { $new: 'Poll', args: ['Lunch?', ['yes', 'no']] }] });
  expect((await onPhone(idOf(poll))).content).toMatchObject({ kind: 'poll', name: 'Lunch?' });
});

test('methods of messages, chats and contacts are called by the id of the object', async () => {
  const message = idOf(await called({ method: 'sendMessage', args: [peer, 'to be answered'] }));
  const reply = await called({ on: { message }, method: 'reply', args: ['the answer'] });
  expect((await onPhone(idOf(reply))).quoted).toBeDefined();
  await called({ on: { message }, method: 'react', args: ['👍'] });
  expect((await called({ on: { chat: peer }, method: 'archive' })).value).toBe(true);
  expect((await called({ on: { contact: peer }, method: 'getFormattedNumber' })).value).toContain('555');
});

test('a file that came in is fetched once, with its bytes', async () => {
  replica.phones.sendMedia(phone, Buffer.from(png, 'base64'), { mimetype: 'image/png', from: '15550100999' } as never);
  const [message] = await until('the file', async () => {
    const { value } = await called({
      on: { chat: peer },
      method: 'fetchMessages',
      args: [{ limit: 5, fromMe: false }],
    });
    return value.length > 0 ? value : null;
  });
  const { value, of, media } = await called({ on: { message: message.id._serialized }, method: 'downloadMedia' });
  expect({ value, of }).toEqual({ value: { $media: 0 }, of: 'MessageMedia' });
  expect(media).toMatchObject([{ mimetype: 'image/png', bytes: Buffer.from(png, 'base64').length }]);
  const { key, app } = server;
  const get = () => app.inject({ url: media[0]?.url as string, headers: { authorization: `Bearer ${key}` } });
  const file = await get();
  expect(file.rawPayload.toString('base64')).toBe(png);
  expect(file.headers).toMatchObject({ 'x-media-type': 'image/png', 'x-content-type-options': 'nosniff' });
  expect((await get()).json()).toMatchObject({ code: 'media-unknown' });
});

test('an instance that does not run the session sends calls, texts and files on to the one that does', async () => {
  const { status, body } = await other.ask('POST', `${account}/calls`, { method: 'sendMessage', args: [peer, 'on'] });
  expect({ status, of: body.of }).toEqual({ status: 200, of: 'Message' });
  expect((await onPhone(idOf(body))).content).toMatchObject({ kind: 'text', body: 'on' });
  const text = await other.ask('POST', `${account}/messages`, { to: '15550100999', text: 'a text' });
  expect(text.status).toBe(201);
  expect((await onPhone(text.body.id)).content).toMatchObject({ body: 'a text' });
  const { id } = replica.phones.sendMedia(phone, Buffer.from(png, 'base64'), { mimetype: 'image/png' });
  const on = { message: `false_12025550101@c.us_${id}` };
  const file = await other.ask('POST', `${account}/calls`, { on, method: 'downloadMedia' });
  const { key, app } = other;
  const got = await app.inject({ url: file.body.media[0].url, headers: { authorization: `Bearer ${key}` } });
  expect(got.rawPayload.toString('base64')).toBe(png);
  expect(got.headers['x-media-type']).toBe('image/png');
});

test('a problem of the other instance is the problem of the call, and one that is not reached has done nothing', async () => {
  const unknown = { on: { message: 'true_1@c.us_NONE' }, method: 'react', args: ['x'] };
  expect((await other.ask('POST', `${account}/calls`, unknown)).body).toMatchObject({ code: 'object-unknown' });
  const { kysely } = other.service.database;
  const addresses = kysely.updateTable('instances').where('id', '=', server.service.id);
  const kept = await kysely
    .selectFrom('instances')
    .select('address')
    .where('id', '=', server.service.id)
    .executeTakeFirst();
  const call = { method: 'sendMessage', args: [peer, 'never'] };
  for (const address of [`http://127.0.0.1:${await closedPort()}`, null]) {
    await addresses.set({ address }).execute();
    const { status, body } = await other.ask('POST', `${account}/calls`, call);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'session-elsewhere' });
  }
  await addresses.set({ address: kept?.address ?? null }).execute();
  expect(replica.phones.get(phone).received.map(({ content }) => content)).not.toContainEqual(
    expect.objectContaining({ body: 'never' }),
  );
});

test('a call that is repeated with its idempotency key happens once, also through another instance', async () => {
  const call = { method: 'sendMessage', args: [peer, 'once'] };
  const headers = { 'idempotency-key': 'call-once', authorization: `Bearer ${server.key}` };
  const first = await other.ask('POST', `${account}/calls`, call, headers);
  const again = await server.ask('POST', `${account}/calls`, call, headers);
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(again.body).toEqual(first.body);
  expect(again.headers['idempotency-replayed']).toBe('true');
});

test.each([
  ['a method that this version does not have', { method: 'getContactById2', args: [] }, 422, 'method-unknown'],
  ['arguments that it does not take', { method: 'sendMessage', args: [1] }, 422, 'arguments-wrong'],
  [
    'an object that there is not',
    { on: { message: 'true_1@c.us_NONE' }, method: 'react', args: ['x'] },
    404,
    'object-unknown',
  ],
  ['a method of groups on a person', { on: { chat: peer }, method: 'leave' }, 422, 'method-unknown'],
  ['what the library throws', { method: 'getChatById', args: ['no id at all'] }, 502, 'call-failed'],
  ['a call that takes too long', { method: 'getChats', deadlineMs: 100, args: [] }, 200, undefined],
  ['what the service does itself', { method: 'logout', args: [] }, 422, 'method-refused'],
  [
    'the file of a private address',
    { method: 'sendMessage', args: [peer, { $media: { url: 'http://127.0.0.1:1/' } }] },
    422,
    'media-unavailable',
  ],
] as const)('%s is a problem of its own', async (_, body, status, code) => {
  const answer = await call(body as never);
  expect({ status: answer.status, code: answer.body.code, detail: answer.body.detail }).toMatchObject({ status, code });
});

test('a stream at another instance has what the library emits, with links to files', async () => {
  const names = ['message', 'message_ack', 'message_create', 'message_reaction', 'group_join'];
  const stream = await openStream(other, `${account}/events?events=${names}`);
  await until('it follows', () => stream.events.length === 1);
  const named = (name: string) =>
    until(name, () => stream.events.flatMap(({ data }) => ('name' in data && data.name === name ? [data] : []))[0]);
  const text = await called({ method: 'sendMessage', args: [peer, 'followed'] });
  const created = await named('message_create');
  expect(created.data).toMatchObject({ args: [{ body: 'followed', fromMe: true }], media: [] });
  expect((await named('message_ack')).data.args).toEqual([expect.objectContaining({ body: 'followed' }), 1]);
  await called({ on: { message: idOf(text) }, method: 'react', args: ['👍'] });
  expect((await named('message_reaction')).data.args[0]).toMatchObject({ reaction: '👍' });
  replica.phones.sendMedia(phone, Buffer.from(png, 'base64'), { mimetype: 'image/png', from: '15550100999' } as never);
  const { data } = await named('message');
  expect(data).toMatchObject({ args: [{ from: peer, hasMedia: true }], media: [{ mimetype: 'image/png' }] });
  for (const { app, key } of [server, other]) {
    const file = await app.inject({ url: data.media[0]?.url as string, headers: { authorization: `Bearer ${key}` } });
    expect(file.rawPayload.toString('base64')).toBe(png);
  }
  stream.close();
  const none = await openStream(server, `${account}/events?events=no_such_event`);
  expect(none.problem).toMatchObject({ code: 'event-unknown', detail: expect.stringContaining('1.34.2') });
});

test.each([
  ['this instance', () => server],
  ['another one', () => other],
])('a method that this version cannot do says why, with the line of the library, by %s', async (_, at) => {
  const call = { method: 'deleteChannel', args: ['120363000000000000@newsletter'] };
  const { status, body } = await at().ask('POST', `${account}/calls`, call);
  expect({ status, code: body.code }).toEqual({ status: 502, code: 'call-failed' });
  const where = { libraryFile: 'src/Client.js', libraryLine: 1949 };
  expect(body.cause).toMatchObject({ ...where, code: 'call-failed', blame: 'library' });
  expect(body.cause.evidence.join('\n')).toMatch(/^The call rejected: [\s\S]*this\.client\.pupPage/);
});

test('a call with an id that is none is not blamed on the library', async () => {
  const { status, body } = await call({ method: 'getChatById', args: ['no id at all'] });
  expect({ status, code: body.code }).toEqual({ status: 502, code: 'call-failed' });
  expect(body.cause).toMatchObject({ code: 'call-failed', blame: null });
  expect(body.cause.evidence[0]).toBe('args.0 (chatId) of the call has no id such as 15550100999@c.us.');
});

test('calls are counted by method, version, build and outcome, whichever instance they came to', async () => {
  const text = await server.service.metrics.registry.metrics();
  const sends =
    /wwebjs_method_calls_total\{method="Client.sendMessage",outcome="answered",code="",library="1.34.2"\} (\d+)/;
  expect(Number(sends.exec(text)?.[1])).toBeGreaterThan(5);
  expect(text).toContain('{method="Client.getChatById",outcome="failed",code="call-failed",library="1.34.2"} 2');
  expect(text).toContain('{method="Message.react",outcome="rejected",code="object-unknown",library="1.34.2"}');
  expect(text).toMatch(
    /wwebjs_build_method_calls_total\{library="1.34.2",build="2.3000.1029241508",method="Message.reply",outcome="answered"\} 1/,
  );
  expect(text).not.toMatch(/getContactById2|MessageMedia/);
  const { metrics } = other.service;
  expect(await metrics.registry.metrics()).not.toContain('wwebjs_method_calls_total{');
});

test('while a rollout is active, the first call of a method is kept for its gate, unless its caller caused the failure', async () => {
  const { rollouts, database } = server.service;
  const id = account.split('/').at(-1) as string;
  let rollout = await rollouts.create('1.34.2', '1.34.7');
  // The session stays where it is.
  while (isInRollout(rollout.id, accountId(id), 3)) {
    await rollouts.rollBack(rollout.id);
    rollout = await rollouts.create('1.34.2', '1.34.7');
  }
  const kept = await until('a call that is kept', async () => {
    await call({ method: 'getChatById', args: ['no id at all'] });
    await call({ method: 'deleteChannel', args: ['120363000000000000@newsletter'] });
    await called({ method: 'getState' });
    const rows = await database.kysely.selectFrom('rollout_calls').selectAll().orderBy('id').execute();
    return rows.some(({ method }) => method === 'Client.getState') ? rows : null;
  });
  expect(new Set(kept.map(({ library, method, outcome }) => [library, method, outcome].join(' ')))).toEqual(
    new Set(['1.34.2 Client.deleteChannel failed', '1.34.2 Client.getState passed']),
  );
  await rollouts.rollBack(rollout.id);
});
