import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha256 } from '../../../src/contracts/sha256.ts';
import { Idempotency } from '../../../src/service/http/idempotency.ts';
import { Problem } from '../../../src/service/problems.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer } from '../../support/test-server.ts';
import { until } from '../../support/test-service.ts';

const message = {
  caller: 'k',
  credential: 'Bearer x',
  key: 'pay-1',
  method: 'POST',
  path: '/messages',
  body: { text: 'hello' },
  unknown: 'send-unknown' as 'send-unknown' | null,
};
const link = { ...message, path: '/accounts', unknown: null };

describe.each(engines)('writes with an idempotency key in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let idempotency: Idempotency;
  let times: number;

  const answering = async () => {
    times++;
    return { status: 201, body: '{}' };
  };
  const failing = (code: 'send-unknown' | 'send-failed') => async () => {
    times++;
    throw new Problem(code);
  };
  /** A request began `ago` milliseconds ago and has no answer yet: its instance is at it, or died in the middle of it. */
  async function beginAgo(ago: number, request: typeof message): Promise<void> {
    void idempotency.once(request, () => new Promise(() => {}));
    const row = database.kysely
      .updateTable('idempotency_keys')
      .set(({ eb }) => ({ created_at: eb('created_at', '-', ago) }))
      .where('idempotency_key', '=', sha256(request.key));
    await until('it is begun', async () => (await row.executeTakeFirst()).numUpdatedRows > 0n);
  }

  beforeEach(async () => {
    times = 0;
    ({ database } = await newServiceDatabase(newAddress));
    idempotency = new Idempotency(database);
  });
  afterEach(() => database.close());

  test('a text that may have been sent is not sent again', async () => {
    await expect(idempotency.once(message, failing('send-unknown'))).rejects.toMatchObject({ code: 'send-unknown' });
    await expect(idempotency.once(message, answering)).rejects.toMatchObject({ code: 'send-unknown' });
    expect(times).toBe(1);
  });

  test('a text is not sent again after an error of the service, another write is done again', async () => {
    const broken = async () => {
      times++;
      throw new TypeError('a bug after the text was sent');
    };
    await expect(idempotency.once(message, broken)).rejects.toThrow(TypeError);
    await expect(idempotency.once(message, answering)).rejects.toMatchObject({ code: 'send-unknown' });
    const other = { ...link, key: 'link-1' };
    await expect(idempotency.once(other, broken)).rejects.toThrow(TypeError);
    expect(await idempotency.once(other, answering)).toMatchObject({ status: 201, replayed: false });
    expect(times).toBe(3);
  });

  test('a text that was not sent can be sent again', async () => {
    await expect(idempotency.once(message, failing('send-failed'))).rejects.toMatchObject({ code: 'send-failed' });
    expect(await idempotency.once(message, answering)).toMatchObject({ status: 201, replayed: false });
    expect(times).toBe(2);
  });

  test('a text whose instance died is not sent again, another write is done again', async () => {
    await beginAgo(61_000, message);
    await expect(idempotency.once(message, answering)).rejects.toMatchObject({ code: 'send-unknown' });
    const other = { ...link, key: 'link-1' };
    await beginAgo(61_000, other);
    expect(await idempotency.once(other, answering)).toMatchObject({ status: 201 });
    expect(times).toBe(1);
  });

  test('a write that takes minutes goes on: it is not done again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    await beginAgo(61_000, link);
    vi.advanceTimersByTime(20_000);
    const isAbandoned = database.kysely
      .selectFrom('idempotency_keys')
      .select('created_at')
      .where('created_at', '<', ({ eb }) => eb(database.now, '-', 60_000));
    await until('it says so', async () => (await isAbandoned.executeTakeFirst()) === undefined);
    await expect(idempotency.once(link, answering)).rejects.toMatchObject({ code: 'request-in-progress' });
    expect(times).toBe(0);
  });

  test('for a minute an unanswered write counts as one that goes on', async () => {
    const other = { ...link, key: 'link-1' };
    for (const request of [message, other]) {
      await beginAgo(50_000, request);
      await expect(idempotency.once(request, answering)).rejects.toMatchObject({ code: 'request-in-progress' });
    }
    expect(times).toBe(0);
  });
});

test('a session that dies while it sends is not said to have refused the text, one that lives is', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  let dies = false;
  const ready = instantHosts();
  const openHost: OpenSessionHost = async (spec) => {
    const host = await ready(spec);
    return {
      ...host,
      sendText: () => Promise.reject(new Error('evaluation failed')),
      sessionFacts: () => (dies ? Promise.reject(new Error('the host ended')) : host.sessionFacts()),
    };
  };
  const server = await startTestServer({ database: await newAddress(), openHost });
  const workspace = (await server.ask('POST', '/v1/workspaces', { name: 'W' })).body.id;
  const account = `/v1/workspaces/${workspace}/accounts/${(await server.ask('POST', `/v1/workspaces/${workspace}/accounts`, {})).body.id}`;
  await until('it is connected', async () => (await server.ask('GET', account)).body.status === 'connected');
  const send = () => server.ask('POST', `${account}/messages`, { to: '15550100999', text: 'pay' });
  expect(await send()).toMatchObject({ status: 502, body: { code: 'send-failed' } });
  dies = true;
  expect(await send()).toMatchObject({ status: 504, body: { code: 'send-unknown' } });
  await server.stop();
});

test('a session that hangs while it sends gets the text once, however often the request is repeated', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const texts: string[] = [];
  const ready = instantHosts();
  const openHost: OpenSessionHost = async (spec) => ({
    ...(await ready(spec)),
    sendText: (_, body) => {
      texts.push(body);
      return new Promise(() => {});
    },
  });
  const server = await startTestServer({ database: await newAddress(), openHost, deadlines: { sendMs: 300 } });
  const workspace = (await server.ask('POST', '/v1/workspaces', { name: 'W' })).body.id;
  const account = `/v1/workspaces/${workspace}/accounts/${(await server.ask('POST', `/v1/workspaces/${workspace}/accounts`, {})).body.id}`;
  await until('it is connected', async () => (await server.ask('GET', account)).body.status === 'connected');
  const send = () =>
    server.ask('POST', `${account}/messages`, { to: '15550100999', text: 'pay' }, { 'idempotency-key': 'pay-1' });
  for (let i = 0; i < 3; i++) expect(await send()).toMatchObject({ status: 504, body: { code: 'send-unknown' } });
  expect(texts).toEqual(['pay']);
  await server.stop();
});
