import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/contracts/sha256.ts';
import { routes } from '../../../src/service/http/routes/routes.ts';
import { WorkspaceCalls } from '../../../src/service/http/workspace-calls.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

describe.each(engines)('keys of a workspace with %s', (_, newAddress) => {
  let server: TestServer;
  let own: string;
  let other: string;
  let otherAccount: string;

  beforeAll(async () => {
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
    own = (await server.ask('POST', '/v1/workspaces', { name: 'Own' })).body.id;
    other = (await server.ask('POST', '/v1/workspaces', { name: 'Other' })).body.id;
    otherAccount = (await server.ask('POST', `/v1/workspaces/${other}/accounts`, {})).body.id;
  });
  afterAll(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });

  const newKey = async (scope: 'read' | 'link' | 'admin', workspace = own) => {
    const { status, body } = await server.ask('POST', '/v1/keys', { name: 'k', scope, workspace });
    expect([status, body.workspace]).toEqual([201, workspace]);
    return body as { id: string; key: string };
  };
  const askWith = async (key: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) =>
    server.ask(method, url, body, { authorization: `Bearer ${key}` });

  test.each(['read', 'link', 'admin'] as const)(
    'to a %s key of one workspace nothing of another one is there, by no operation',
    async (scope) => {
      const { key } = await newKey(scope);
      const known: Record<string, string> = { workspace: other, account: otherAccount };
      for (const { method, path } of routes.filter(({ path }) => path.includes('/:workspace'))) {
        const url = path.replace(/:(\w+)/g, (_, name: string) => known[name] ?? 'x');
        const answer = await askWith(key, method, url, method === 'GET' ? undefined : {});
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'workspace-unknown']);
        const nowhere = await askWith(key, method, url.replace(other, 'nowhere'), method === 'GET' ? undefined : {});
        expect({ ...nowhere.body, instance: '' }, path).toEqual({ ...answer.body, instance: '' });
      }
    },
  );

  test('it reaches its own workspace as its scope allows, and nothing that is of all workspaces', async () => {
    const { key } = await newKey('admin');
    expect((await askWith(key, 'GET', '/v1/workspaces')).body).toMatchObject({ items: [{ id: own }], next: null });
    expect((await askWith(key, 'GET', `/v1/workspaces/${own}`)).status).toBe(200);
    expect((await askWith(key, 'POST', `/v1/workspaces/${own}/accounts`, {})).status).toBe(202);
    expect((await askWith(key, 'GET', `/v1/workspaces/${own}/webhooks`)).status).toBe(200);
    const reader = await newKey('read');
    expect((await askWith(reader.key, 'POST', `/v1/workspaces/${own}/accounts`, {})).status).toBe(403);
    const named = (path: string) => path.includes('/:workspace');
    const ofAll = routes.filter(({ path, scope, reach }) => scope !== 'public' && !named(path) && reach === undefined);
    expect(ofAll.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/v1/keys', '/v1/rollouts', '/v1/workspaces']),
    );
    for (const { method, path } of ofAll)
      expect([path, (await askWith(key, method, path.replace(':id', 'x'))).status]).toEqual([path, 403]);
    const quotas = { accounts: null, startingLinks: null, callsPerMinute: null };
    expect((await askWith(key, 'PUT', `/v1/workspaces/${own}/quotas`, quotas)).status).toBe(403);
  });

  test('it counts the links of its own workspace only', async () => {
    const { key } = await newKey('read');
    const { kysely } = server.service.database;
    const fail = { status: 'failed' as const, status_cause: 'link-timeout' };
    await kysely.updateTable('whatsapp_accounts').set(fail).where('id', '=', otherAccount).execute();
    const ended = (answer: { body: { items: { ended: number }[] } }) => answer.body.items.map(({ ended }) => ended);
    expect(ended(await askWith(key, 'GET', '/v1/link-success'))).toEqual([]);
    expect(ended(await server.ask('GET', '/v1/link-success'))).toEqual([1]);
  });

  test('keys that were made before are for all workspaces, and the list says which key is for which', async () => {
    const { id } = await newKey('read');
    const { items } = (await server.ask('GET', '/v1/keys')).body;
    const shown = new Map(items.map((key: { id: string; workspace: string | null }) => [key.id, key.workspace]));
    expect(shown.get(id)).toBe(own);
    expect(shown.get(server.key.split('_')[1] as string)).toBe(null);
    expect((await server.ask('POST', '/v1/keys', { name: 'k', scope: 'read', workspace: 'nowhere' })).status).toBe(404);
  });

  test('a rotated key stays in its workspace', async () => {
    const { id } = await newKey('read');
    const { body } = await server.ask('POST', `/v1/keys/${id}/rotate`, { overlapSeconds: 0 });
    expect(body.workspace).toBe(own);
    expect((await askWith(body.key, 'GET', `/v1/workspaces/${other}`)).status).toBe(404);
    expect((await askWith(body.key, 'GET', `/v1/workspaces/${own}`)).status).toBe(200);
  });

  test('the key of a workspace is wrong for an instance that does not know workspaces of keys', async () => {
    const { id, key } = await newKey('admin');
    const { kysely } = server.service.database;
    const row = await kysely.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(row.secret_sha256).not.toBe(sha256(key.split('_')[2] as string));
    await kysely.updateTable('api_keys').set({ workspace_id: null }).where('id', '=', id).execute();
    expect((await askWith(key, 'GET', `/v1/workspaces/${own}`)).status).toBe(401);
    await kysely.deleteFrom('api_keys').where('id', '=', id).execute();
  });

  test('an admin key of a workspace does not count as the last admin key', async () => {
    await newKey('admin');
    expect((await server.ask('DELETE', `/v1/keys/${server.key.split('_')[1]}`)).body.code).toBe('key-is-last');
  });
});

describe.each(engines)('quotas of a workspace with %s', (_, newAddress) => {
  let server: TestServer;
  let accounts: string;

  beforeAll(async () => {
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  });
  afterAll(() => server.stop());

  const none = { accounts: null, startingLinks: null, callsPerMinute: null };
  const newWorkspace = async (quotas: object) => {
    const { body } = await server.ask('POST', '/v1/workspaces', { name: 'W' });
    expect(body.quotas).toEqual(none);
    accounts = `/v1/workspaces/${body.id}/accounts`;
    const set = await server.ask('PUT', `/v1/workspaces/${body.id}/quotas`, { ...none, ...quotas });
    expect(set).toMatchObject({ status: 200, body: { id: body.id, quotas } });
  };

  test('no more accounts hold a number than it may have; the replacement of one is none more', async () => {
    await newWorkspace({ accounts: 2 });
    const first = await server.ask('POST', accounts, { phone: '15550100001' });
    const together = await Promise.all([0, 1, 2].map(() => server.ask('POST', accounts, {})));
    expect(together.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    expect((await server.ask('POST', accounts, {})).body).toMatchObject({ code: 'quota-reached' });
    expect((await server.ask('POST', accounts, { phone: '15550100001' })).status).toBe(202);
    expect((await server.ask('GET', `${accounts}/${first.body.id}`)).body.status).toBe('inactive');
  });

  test('no more links wait for their scan than it may have', async () => {
    await newWorkspace({ startingLinks: 1 });
    const first = await server.ask('POST', accounts, {});
    expect((await server.ask('POST', accounts, {})).body).toMatchObject({ code: 'quota-reached' });
    await server.ask('POST', `${accounts}/${first.body.id}/logout`);
    expect((await server.ask('POST', accounts, {})).status).toBe(202);
  });

  test('no more calls a minute are made than it may make, at all instances together; other workspaces go on', async () => {
    const { database, workspaces } = server.service;
    const elsewhere = new WorkspaceCalls(database);
    const { id } = await workspaces.create('W');
    await workspaces.setQuotas(id, { ...none, callsPerMinute: 5 });
    // The calls of one minute of the clock.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 5_000) await sleep(left);
    for (let i = 0; i < 3; i++) await elsewhere.count(id);
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await server.ask('GET', `/v1/workspaces/${id}`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.body).toMatchObject({ code: 'too-many-requests' });
    const retryAfter = Number(answers[2]?.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    await expect(elsewhere.count(id)).rejects.toMatchObject({ code: 'too-many-requests' });
    expect((await server.ask('GET', '/v1/workspaces')).status).toBe(200);
  });
});
