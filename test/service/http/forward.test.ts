import { afterAll, beforeAll, expect, test } from 'vitest';
import { instantHosts } from '../../support/instant-host.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { until } from '../../support/test-service.ts';

const [, newAddress] = engines[0] as (typeof engines)[0];
const quotas = { accounts: null, startingLinks: null, callsPerMinute: 1_000 };
const text = { to: '15550100999', text: 'hello' };

let owner: TestServer;
let other: TestServer;
const accountOn: Record<'calm' | 'busy', string> = { calm: '', busy: '' };
const servers: TestServer[] = [];

beforeAll(async () => {
  const shared = { database: await newAddress(), openHost: instantHosts() };
  const start = async (limits: { perKey?: number; maxDelayMs?: number } = {}) => {
    const server = await startTestServer(shared, { listens: true, limits });
    servers.push(server);
    return server;
  };
  owner = await start({ perKey: 1 });
  other = await start();
  // Its event loop is delayed by more than this at any time.
  const busy = await start({ maxDelayMs: 0.001 });
  const { body: workspace } = await other.ask('POST', '/v1/workspaces', { name: 'W' });
  await other.ask('PUT', `/v1/workspaces/${workspace.id}/quotas`, quotas);
  const link = async ({ service }: TestServer) => {
    const { account } = await service.sessions.link(workspace.id, { phone: null, pairing: false, libraryPin: null });
    const address = `/v1/workspaces/${workspace.id}/accounts/${account}`;
    await until('connected', async () => (await other.ask('GET', address)).body.status === 'connected');
    return address;
  };
  accountOn.calm = await link(owner);
  accountOn.busy = await link(busy);
});
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

test('a request that goes on to the instance with the session counts once', async () => {
  const counted = async () => {
    const rows = await other.service.database.kysely.selectFrom('workspace_calls').select('calls').execute();
    return rows.reduce((sum, { calls }) => sum + calls, 0);
  };
  const before = await counted();
  // The owner of the session accepts ten requests in ten seconds with one key.
  const answers: number[] = [];
  for (let i = 0; i < 12; i++) answers.push((await other.ask('POST', `${accountOn.calm}/messages`, text)).status);
  expect(answers).toEqual(Array(12).fill(201));
  expect((await counted()) - before).toBe(12);
});

test('a caller that marks its own request as forwarded is limited as every caller', async () => {
  const address = owner.app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const ask = (mark: string) =>
    fetch(`http://127.0.0.1:${port}${accountOn.calm}`, {
      headers: { authorization: `Bearer ${owner.key}`, 'wwebjs-canary-forwarded': mark },
    });
  const forged = `${Date.now()}.${Buffer.alloc(32, 1).toString('base64url')}`;
  const statuses = new Set<number>();
  for (const mark of [...Array(8).fill('1'), ...Array(8).fill(forged)]) statuses.add((await ask(mark)).status);
  expect([...statuses]).toEqual([200, 429]);
});

test('the Retry-After of the instance with the session reaches the caller', async () => {
  const answer = await until('its refusal', async () => {
    const asked = await other.ask('POST', `${accountOn.busy}/messages`, text);
    return asked.status === 503 ? asked : null;
  });
  expect(answer).toMatchObject({ body: { code: 'overloaded' }, headers: { 'retry-after': '5' } });
});
