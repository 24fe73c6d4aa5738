import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { problemSchema } from '../../../src/contracts/service-api.ts';
import { defaultRequestLimits, type RequestLimits } from '../../../src/service/http/admission.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { until } from '../../support/test-service.ts';

const [, newAddress] = engines[0] as (typeof engines)[0];
let server: TestServer;
afterEach(() => server.stop());

async function start(limits: Partial<RequestLimits> = {}, trustedProxies?: string[]): Promise<void> {
  const options = { limits, ...(trustedProxies && { trustedProxies }) };
  server = await startTestServer({ database: await newAddress(), openHost: silentHosts }, options);
}

describe('on a connection', () => {
  let listening: Promise<string> | undefined;
  afterEach(() => {
    listening = undefined;
  });
  const open = async (): Promise<Socket> => {
    listening ??= server.app.listen({ host: '127.0.0.1', port: 0 });
    await listening;
    const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const post = (headers: string) => `POST /v1/workspaces HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`;
  const json = 'content-type: application/json\r\n';
  const authorized = () => `authorization: Bearer ${server.key}\r\n`;

  /** Sends a text, and reads until the service closes the connection. */
  async function answerTo(sent: string): Promise<{ status: number; head: string; body: unknown }> {
    const socket = await open();
    socket.write(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: JSON.parse(body) };
  }

  const openConnections = () =>
    new Promise<number>((resolve) => server.app.server.getConnections((_, count) => resolve(count)));

  test('a request without a valid key is answered before its body came, and the connection ends', async () => {
    await start();
    const half = `${post(`${json}content-length: 60000\r\n`)}{"name":"`;
    expect(await answerTo(half)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    const chunked = post(`${json}transfer-encoding: chunked\r\nauthorization: Bearer wwc_x\r\n`);
    expect(await answerTo(chunked)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    const nowhere = `POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n`;
    expect(await answerTo(nowhere)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    const reader = (await server.keys.create('reader', 'read')).key;
    const forbidden = post(`${json}content-length: 9\r\nauthorization: Bearer ${reader}\r\n`);
    expect(await answerTo(forbidden)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await openConnections()).toBe(0);
  });

  test('a connection goes on after a refusal when the whole body came', async () => {
    await start();
    const socket = await open();
    const whole = post(`${json}content-length: 2\r\n`);
    let heard = '';
    socket.on('data', (part) => {
      heard += part;
    });
    socket.write(`${whole}{}`);
    await until('the refusal', () => heard.includes('unauthorized'));
    socket.write(`${whole}{}`);
    await until('the other refusal', () => heard.match(/"unauthorized"/g)?.length === 2);
    socket.destroy();
  });

  test('requests that are not complete in time end with a problem, and leave no connection open', async () => {
    expect(defaultRequestLimits.requestMs).toBe(30_000);
    await start({ requestMs: 500 });
    const half = `${post(`${authorized()}${json}content-length: 60000\r\n`)}{"name":"`;
    const answers = await Promise.all([
      ...Array.from({ length: 100 }, () => answerTo(half)),
      answerTo('GET / HTTP/1.1\r\n'),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 408, body: { code: 'request-timeout' } });
    expect(await openConnections()).toBe(0);
  });

  test.each([
    ['too large headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400, 'invalid-request'],
    ['a method that HTTP does not have', 'LOOK / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'invalid-request'],
    ['a request without a host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'invalid-request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'invalid-request',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'invalid-request',
    ],
    [
      'an address that cannot be decoded',
      'GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      400,
      'invalid-request',
    ],
    [
      'an unknown expectation',
      'GET /v1/keys HTTP/1.1\r\nhost: x\r\nexpect: tea\r\nconnection: close\r\n\r\n',
      401,
      'unauthorized',
    ],
  ])('%s: a problem as everywhere', async (_, sent, status, code) => {
    await start();
    const answer = await answerTo(sent);
    expect(answer).toMatchObject({ status, body: { status, code } });
    problemSchema.parse(answer.body);
    expect(answer.head).toContain('content-type: application/problem+json');
  });
});

describe('limits', () => {
  const ask = async (url: string, { address = '127.0.0.1', headers = {} as Record<string, string> } = {}) => {
    const authorization = `Bearer ${server.key}`;
    const answer = await server.app.inject({ url, remoteAddress: address, headers: { authorization, ...headers } });
    return { status: answer.statusCode, retryAfter: Number(answer.headers['retry-after'] ?? 0), body: answer.payload };
  };
  const statuses = async (count: number, url: string, how?: Parameters<typeof ask>[1]) => {
    const all = [];
    for (let i = 0; i < count; i++) all.push((await ask(url, how)).status);
    return all;
  };
  const allowed = Array.from({ length: 10 }, () => 200);

  test('an address that asks too often waits, without a key too; other addresses and probes do not', async () => {
    await start({ perAddress: 1 });
    expect(await statuses(10, '/v1/workspaces')).toEqual(allowed);
    const refused = await ask('/v1/workspaces');
    expect(refused).toMatchObject({ status: 429 });
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect(refused.retryAfter).toBeLessThanOrEqual(10);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too-many-requests' });
    expect(await statuses(3, '/v1/nothing', { headers: { authorization: '' } })).toEqual([429, 429, 429]);
    expect(await statuses(3, '/metrics')).toEqual([429, 429, 429]);
    expect(await statuses(3, '/healthz')).toEqual([200, 200, 200]);
    expect(await statuses(1, '/readyz')).toEqual([200]);
    expect(await statuses(1, '/v1/workspaces', { address: '192.0.2.1' })).toEqual([200]);
  });

  test('the addresses of one IPv6 network count as one', async () => {
    await start({ perAddress: 1 });
    expect(await statuses(10, '/v1/workspaces', { address: '2001:db8::1' })).toEqual(allowed);
    expect(await statuses(1, '/v1/workspaces', { address: '2001:db8::2' })).toEqual([429]);
    expect(await statuses(1, '/v1/workspaces', { address: '2001:db8:1::1' })).toEqual([200]);
  });

  test('X-Forwarded-For names the caller where it comes from a trusted proxy, and nowhere else', async () => {
    await start({ perAddress: 1 }, ['10.0.0.0/8']);
    const forwarded = (address: string, by: string) => ({ address: by, headers: { 'x-forwarded-for': address } });
    expect(await statuses(10, '/v1/workspaces', forwarded('192.0.2.1', '10.1.2.3'))).toEqual(allowed);
    expect(await statuses(1, '/v1/workspaces', forwarded('192.0.2.1', '10.1.2.3'))).toEqual([429]);
    expect(await statuses(1, '/v1/workspaces', forwarded('192.0.2.2', '10.1.2.3'))).toEqual([200]);
    for (let i = 0; i < 10; i++) await ask('/v1/workspaces', forwarded(`192.0.2.${i}`, '198.51.100.1'));
    expect(await statuses(1, '/v1/workspaces', forwarded('192.0.2.99', '198.51.100.1'))).toEqual([429]);
  });

  test('a key that asks too often waits, from wherever it asks; another key does not', async () => {
    await start({ perKey: 1 });
    for (let i = 0; i < 10; i++)
      expect(await statuses(1, '/v1/workspaces', { address: `192.0.2.${i}` })).toEqual([200]);
    expect(await ask('/v1/workspaces', { address: '192.0.2.99' })).toMatchObject({ status: 429 });
    const { key } = await server.keys.create('other', 'read');
    expect(await statuses(1, '/v1/workspaces', { headers: { authorization: `Bearer ${key}` } })).toEqual([200]);
  });

  test('an instance whose event loop is blocked refuses calls with Retry-After, and still shows its metrics', async () => {
    await start({ maxDelayMs: 20 });
    const refused = await until('it is overloaded', async () => {
      for (const end = performance.now() + 400; performance.now() < end; );
      await sleep(1);
      const answer = await ask('/v1/workspaces');
      return answer.status === 503 ? answer : null;
    });
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'overloaded' });
    expect(await statuses(1, '/metrics')).toEqual([200]);
    await until('it accepts calls again', async () => (await ask('/v1/workspaces')).status === 200);
  });
});

test('rejected keys are counted by reason, logged at once and then sampled, and the answer says what is wrong', async () => {
  await start();
  const { id, key } = await server.keys.create('leaked', 'read');
  await server.keys.revoke(id);
  const detail = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await server.app.inject({ url: '/v1/workspaces', headers });
    return answer.json().detail as string;
  };
  expect(await detail()).toMatch(/missing/);
  for (let i = 0; i < 5; i++) expect(await detail('Bearer wwc_x')).toMatch(/no such/);
  expect(await detail(`Bearer ${key}`)).toMatch(/expired/);
  // Only who has the key learns that it has expired.
  expect(await detail(`Bearer ${key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`)).toMatch(/no such/);
  const metrics = (await server.app.inject('/metrics')).payload;
  for (const [reason, count] of [
    ['missing', 1],
    ['unknown', 6],
    ['expired', 1],
  ])
    expect(metrics).toContain(`wwebjs_rejected_keys_total{reason="${reason}"} ${count}`);
  expect(server.rejectedKeys).toEqual(
    ['missing', 'unknown', 'expired'].map((reason) => ({ reason, count: 1, address: '127.0.0.1' })),
  );
});
