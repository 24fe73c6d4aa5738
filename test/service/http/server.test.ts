import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problems } from '../../../src/service/problems.ts';
import { accountId, workspaceId } from '../../../src/service/session-ids.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

describe.each(engines)('the API with %s', (_, newAddress) => {
  let server: TestServer;
  let workspace: string;

  beforeAll(async () => {
    server = await startTestServer({
      database: await newAddress(),
      openHost: silentHosts,
      async prepareLibrary(version) {
        if (version === '9.9.9') throw new Error('there is no such version');
      },
    });
    workspace = (await server.ask('POST', '/v1/workspaces', { name: 'Berlin' })).body.id;
  });
  afterAll(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });

  const accounts = () => `/v1/workspaces/${workspace}/accounts`;

  test('workspaces are made, shown and listed page by page', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push((await server.ask('POST', '/v1/workspaces', { name })).body.id);
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const after: string = next === null ? '' : `&after=${next}`;
      const { body } = await server.ask('GET', `/v1/workspaces?limit=2${after}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      next = body.next;
    } while (next !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
  });

  test('a link is answered at once with the new account', async () => {
    const { status, body } = await server.ask('POST', accounts(), { phone: '15550100123' });
    expect(status).toBe(202);
    expect(body).toMatchObject({ workspace, phone: '15550100123', status: 'qr_scanning', cause: 'link-asked' });
    expect((await server.ask('GET', `${accounts()}/${body.id}`)).body).toEqual(body);
    const history = await server.ask('GET', `${accounts()}/${body.id}/history`);
    expect(history.body.items).toMatchObject([{ from: 'none', to: 'qr_scanning' }]);
    expect((await server.ask('GET', `${accounts()}/${body.id}/link`)).body).toMatchObject({ code: 'code-unknown' });
  });

  test('all sessions that wait are started by one request, of one workspace or of all, and bad filters are refused', async () => {
    const ofWorkspace = `/v1/workspaces/${workspace}/restore`;
    for (const path of [ofWorkspace, '/v1/restore']) {
      expect(await server.ask('POST', path)).toMatchObject({ status: 202, body: { restored: 0 } });
      const filters = { code: 'start-timeout', library: '1.34.7', waitsFor: 'person' };
      expect(await server.ask('POST', path, filters)).toMatchObject({ status: 202, body: { restored: 0 } });
      for (const wrong of [{ code: 'broken' }, { library: 'latest' }, { waitsFor: 'all' }, { status: 'failed' }])
        expect(await server.ask('POST', path, wrong)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    }
    expect(await server.ask('POST', '/v1/workspaces/none/restore')).toMatchObject({ status: 404 });
  });

  test('every kind of write takes an idempotency key: a deletion that is repeated is no 404', async () => {
    const hooks = `/v1/workspaces/${workspace}/webhooks`;
    const hook = await server.ask('POST', hooks, { url: 'https://example.org/hook' });
    const headers = { 'idempotency-key': `delete-${Math.random()}` };
    const first = await server.ask('DELETE', `${hooks}/${hook.body.id}`, undefined, headers);
    const again = await server.ask('DELETE', `${hooks}/${hook.body.id}`, undefined, headers);
    expect([first.status, again.status]).toEqual([204, 204]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await server.ask('DELETE', `${hooks}/${hook.body.id}`)).status).toBe(404);
    const { body } = await server.ask('POST', accounts(), {});
    const canary = `${accounts()}/${body.id}/canary`;
    const put = { 'idempotency-key': `put-${Math.random()}` };
    expect((await server.ask('PUT', canary, { canary: true }, put)).body).toMatchObject({ canary: true });
    expect((await server.ask('PUT', canary, { canary: false })).body).toMatchObject({ canary: false });
    expect((await server.ask('PUT', canary, { canary: true }, put)).body).toMatchObject({ canary: true });
    expect((await server.ask('GET', `${accounts()}/${body.id}`)).body).toMatchObject({ canary: false });
  });

  test('a write that is repeated with its idempotency key happens once', async () => {
    const headers = { 'idempotency-key': `link-${Math.random()}` };
    const body = { phone: '15550100777' };
    const [one, other] = await Promise.all([
      server.ask('POST', accounts(), body, headers),
      server.ask('POST', accounts(), body, headers),
    ]);
    const again = await server.ask('POST', accounts(), body, headers);
    const done = [one, other, again].filter(({ status }) => status === 202);
    expect(new Set(done.map((answer) => answer.body.id)).size).toBe(1);
    expect(again.headers['idempotency-replayed']).toBe('true');
    for (const { status, body } of [one, other]) if (status !== 202) expect(body.code).toBe('request-in-progress');
    const changed = await server.ask('POST', accounts(), { phone: '15550100778' }, headers);
    expect(changed).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  test('the document says which idempotency keys are taken', async () => {
    const { parameters } = (await server.ask('GET', '/openapi.json')).body.paths['/v1/workspaces'].post;
    const [{ schema }] = parameters.filter(({ name }: { name: string }) => name === 'Idempotency-Key');
    for (const key of ['pay-1', '!~', 'a b', '\u00e9', 'x'.repeat(200), 'x'.repeat(201)]) {
      const said = new RegExp(schema.pattern).test(key) && key.length <= schema.maxLength;
      const { status } = await server.ask('POST', '/v1/workspaces', { name: 'K' }, { 'idempotency-key': key });
      expect([key, status]).toEqual([key, said ? 201 : 400]);
    }
  });

  test.each([
    ['an unknown field', 'POST', '', { phone: '15550100123', colour: 'red' }, 'colour'],
    ['a number with a plus', 'POST', '', { phone: '+15550100123' }, 'phone'],
    ['a pairing code without the number', 'POST', '', { pairing: true }, 'phone'],
    ['a version range', 'POST', '', { library: '^1.34.0' }, 'library'],
    ['an unknown query', 'GET', '?colour=red', undefined, 'colour'],
    ['a status that there is not', 'GET', '?status=connected,lost', undefined, 'status'],
    ['a code that needs no attention', 'GET', '?attention=maybe', undefined, 'attention'],
    ['a number with a plus', 'GET', '?phone=%2B1555', undefined, 'phone'],
    ['a sort that there is not', 'GET', '?sort=colour', undefined, 'sort'],
    ['a limit that is no number', 'GET', '?limit=many', undefined, 'limit'],
    ['a limit that is too large', 'GET', '?limit=201', undefined, 'limit'],
  ] as const)('%s is refused by name', async (_, method, query, body, field) => {
    const answer = await server.ask(method, accounts() + query, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ field }] } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  test('what cannot be found, read or parsed is a problem with a code', async () => {
    expect((await server.ask('GET', '/v1/nothing')).body).toMatchObject({ code: 'not-found', status: 404 });
    expect((await server.ask('GET', `${accounts()}/none`)).body).toMatchObject({ code: 'account-unknown' });
    expect((await server.ask('GET', '/v1/workspaces/none/accounts')).body).toMatchObject({ code: 'workspace-unknown' });
    const json = { 'content-type': 'application/json' };
    expect((await server.ask('POST', '/v1/workspaces', '{"name":', json)).body).toMatchObject({
      code: 'invalid-request',
    });
    const text = { 'content-type': 'text/plain' };
    expect((await server.ask('POST', '/v1/workspaces', 'name', text)).body).toMatchObject({
      code: 'unsupported-media-type',
    });
    const large = { name: 'x'.repeat(100_000) };
    expect((await server.ask('POST', '/v1/workspaces', large)).body).toMatchObject({ code: 'body-too-large' });
  });

  test('an address that is asked with another method says which ones it takes', async () => {
    const allowed = async (method: 'GET' | 'HEAD' | 'POST' | 'PATCH', url: string) => {
      const { status, headers, body } = await server.ask(method, url, method === 'POST' ? 'x' : undefined);
      return method === 'HEAD' ? [status, headers.allow] : [status, body.code, headers.allow];
    };
    expect(await allowed('PATCH', accounts())).toEqual([405, 'method-not-allowed', 'GET, HEAD, POST']);
    expect(await allowed('GET', `${accounts()}/x/logout`)).toEqual([405, 'method-not-allowed', 'POST']);
    expect(await allowed('POST', '/readyz')).toEqual([405, 'method-not-allowed', 'GET, HEAD']);
    expect(await allowed('POST', '/openapi.json')).toEqual([405, 'method-not-allowed', 'GET, HEAD']);
    expect(await allowed('HEAD', `${accounts()}/x/link/events`)).toEqual([405, 'GET']);
    expect((await server.ask('HEAD', accounts())).status).toBe(200);
    expect((await server.ask('GET', '/v1/workspaces/')).body).toMatchObject({ code: 'not-found' });
  });

  test('a write without a body may say that it is JSON', async () => {
    const json = { 'content-type': 'application/json' };
    const { body } = await server.ask('POST', accounts(), {});
    expect((await server.ask('POST', `${accounts()}/${body.id}/restore`, undefined, json)).status).toBe(202);
    expect((await server.ask('POST', `${accounts()}/${body.id}/logout`, '', json)).status).toBe(202);
    const missing = await server.ask('POST', accounts(), undefined, json);
    expect(missing).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    const nested = await server.ask('POST', accounts(), '{"__proto__":{"phone":"15550100123"}}', json);
    expect(nested).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  test('every write is logged with its API key, under the id of its problem', async () => {
    server.writes.length = 0;
    const reader = await server.keys.create('reader', 'read');
    const account = `${accounts()}/${(await server.ask('POST', accounts(), {})).body.id}`;
    await server.ask('GET', account);
    const refused = await server.ask('DELETE', account, undefined, { authorization: `Bearer ${reader.key}` });
    const unknown = await server.ask('DELETE', account, undefined, { authorization: 'Bearer wwc_x' });
    await server.ask('DELETE', `${account}?why=no`);
    await server.ask('DELETE', account);
    await server.ask('DELETE', `${accounts()}/15550100123`);
    const key = server.key.split('_')[1];
    const [link, ...deletions] = server.writes;
    expect(link).toEqual({
      request: expect.any(String),
      key,
      method: 'POST',
      path: accounts(),
      status: 202,
      code: null,
    });
    expect(deletions.map(({ request: _, ...write }) => write)).toEqual(
      [
        { key: reader.id, path: account, status: 403, code: 'forbidden' },
        { key: null, path: account, status: 401, code: 'unauthorized' },
        { key, path: account, status: 400, code: 'invalid-request' },
        { key, path: account, status: 204, code: null },
        { key, path: `${accounts()}/#`, status: 404, code: 'account-unknown' },
      ].map((write) => ({ ...write, method: 'DELETE' })),
    );
    expect(deletions.slice(0, 2).map(({ request }) => request)).toEqual([refused.body.instance, unknown.body.instance]);
  });

  test('a refusal of the key names the scheme, and the name of the scheme has no case', async () => {
    const none = await server.ask('GET', accounts(), undefined, { authorization: '' });
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    for (const scheme of ['bearer', 'BEARER'])
      expect(
        (await server.ask('GET', accounts(), undefined, { authorization: `${scheme} ${server.key}` })).status,
      ).toBe(200);
  });

  test.each(['localhost', 'localhost.', 'a.localhost', 'a.b.localhost.', '127.0.0.1', '[::1]'])(
    'a webhook to %s is refused at once',
    async (host) => {
      const answer = await server.ask('POST', `/v1/workspaces/${workspace}/webhooks`, { url: `http://${host}/x` });
      expect(answer).toMatchObject({ status: 422, body: { code: 'webhook-address-refused' } });
    },
  );

  test('a stream of a link ends with the last word when the account is deleted', async () => {
    const { body } = await server.ask('POST', accounts(), {});
    const stream = server.ask('GET', `${accounts()}/${body.id}/link/events`);
    await setTimeout(200);
    const { ids } = await server.service.accounts.get(workspaceId(workspace), accountId(body.id));
    await server.service.accounts.delete(ids);
    const statuses = [...String((await stream).body).matchAll(/^event: status\ndata: (.*)$/gm)].map(([, data]) =>
      JSON.parse(String(data)),
    );
    expect(statuses.map(({ status, cause }) => `${status} ${cause}`)).toEqual([
      'qr_scanning link-asked',
      'inactive delete-asked',
    ]);
    expect(statuses[1]).toMatchObject({ id: body.id, phone: null });
  });

  test('a stream of a link ends when its key is revoked', async () => {
    const { body } = await server.ask('POST', accounts(), {});
    const { id, key } = await server.keys.create('scanner', 'link');
    const authorization = `Bearer ${key}`;
    const stream = server.ask('GET', `${accounts()}/${body.id}/link/events`, undefined, { authorization });
    await setTimeout(200);
    await server.ask('DELETE', `/v1/keys/${id}`);
    expect((await stream).body).toContain('event: status');
    expect((await server.ask('GET', `${accounts()}/${body.id}`)).body.status).toBe('qr_scanning');
  });

  test('a key does what its scope allows', async () => {
    const ask = async (scope: 'read' | 'link', method: 'GET' | 'POST', url: string, body?: object) => {
      const { key } = await server.keys.create('k', scope);
      return (await server.ask(method, url, body, { authorization: `Bearer ${key}` })).status;
    };
    expect(await ask('read', 'GET', accounts())).toBe(200);
    expect(await ask('read', 'POST', accounts(), {})).toBe(403);
    expect(await ask('link', 'POST', accounts(), {})).toBe(202);
    expect(await ask('link', 'GET', '/v1/keys')).toBe(403);
    const otherSecret = server.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const authorization of ['', 'Bearer x', `Basic ${server.key}`, `Bearer ${otherSecret}`]) {
      expect((await server.ask('GET', accounts(), undefined, { authorization })).body.code).toBe('unauthorized');
    }
  });

  test('a rotated key works beside the new one until its time is over', async () => {
    const first = await server.keys.create('robot', 'read');
    const asks = async (key: string) =>
      (await server.ask('GET', '/v1/workspaces', undefined, { authorization: `Bearer ${key}` })).status;
    const rotated = await server.ask('POST', `/v1/keys/${first.id}/rotate`, { overlapSeconds: 60 });
    expect([await asks(first.key), await asks(rotated.body.key)]).toEqual([200, 200]);
    await server.ask('POST', `/v1/keys/${rotated.body.id}/rotate`, { overlapSeconds: 0 });
    expect([await asks(first.key), await asks(rotated.body.key)]).toEqual([200, 401]);
  });

  test('keys are kept as hashes only, and the last admin key stays', async () => {
    const rows = await server.service.database.kysely.selectFrom('api_keys').selectAll().execute();
    for (const row of rows) expect(JSON.stringify(row)).not.toContain(server.key.split('_')[2]);
    const id = server.key.split('_')[1];
    expect((await server.ask('DELETE', `/v1/keys/${id}`)).body).toMatchObject({ code: 'key-is-last' });
  });

  test('a rollout goes step by step, and a verdict moves it', async () => {
    const versions = { baseline: '1.33.2', candidate: '1.34.7' };
    const { body } = await server.ask('POST', '/v1/rollouts', versions);
    expect(body).toMatchObject({ ...versions, percent: 1, state: 'active' });
    expect((await server.ask('POST', '/v1/rollouts', versions)).body).toMatchObject({ code: 'rollout-active' });
    const change = async (step: string, payload?: object) =>
      (await server.ask('POST', `/v1/rollouts/${body.id}/${step}`, payload)).body;
    expect(await change('advance')).toMatchObject({ percent: 5 });
    expect(await change('verdict', { verdict: 'inconclusive' })).toMatchObject({ percent: 5 });
    expect(await change('verdict', { verdict: 'promote' })).toMatchObject({ percent: 25 });
    expect(await change('verdict', { verdict: 'block' })).toMatchObject({ percent: 0, state: 'rolled_back' });
    expect(await change('advance')).toMatchObject({ code: 'rollout-over' });
  });

  test('a version that cannot be installed is refused for a link and for an account, and nothing changes', async () => {
    const refused = { status: 422, body: { code: 'library-unavailable', detail: expect.stringContaining('9.9.9') } };
    const before = (await server.ask('GET', `${accounts()}?limit=200`)).body.items.length;
    expect(await server.ask('POST', accounts(), { library: '9.9.9' })).toMatchObject(refused);
    expect((await server.ask('GET', `${accounts()}?limit=200`)).body.items).toHaveLength(before);
    const { body } = await server.ask('POST', accounts(), { library: '1.34.2' });
    const library = `${accounts()}/${body.id}/library`;
    expect(await server.ask('PUT', library, { library: '9.9.9' })).toMatchObject(refused);
    expect((await server.ask('GET', `${accounts()}/${body.id}`)).body).toMatchObject({ libraryPin: '1.34.2' });
    expect((await server.ask('PUT', library, { library: null })).body).toMatchObject({ libraryPin: null });
  });

  test('an account that is over takes no version and is no canary', async () => {
    const { body } = await server.ask('POST', accounts(), {});
    const account = `${accounts()}/${body.id}`;
    await server.ask('POST', `${account}/logout`);
    const refused = { status: 409, body: { code: 'account-not-active' } };
    expect(await server.ask('PUT', `${account}/library`, { library: '1.34.2' })).toMatchObject(refused);
    expect(await server.ask('PUT', `${account}/canary`, { canary: true })).toMatchObject(refused);
  });

  test('health, readiness and figures need no key', async () => {
    const none = { authorization: '' };
    expect((await server.ask('GET', '/healthz', undefined, none)).body).toEqual({ status: 'ok' });
    expect((await server.ask('GET', '/readyz', undefined, none)).body).toMatchObject({ status: 'ready' });
    const { body } = await server.ask('GET', '/metrics', undefined, none);
    expect(body).toContain('wwebjs_account_constraint_violations_total{constraint="unique_active_phone_workspace"');
  });

  test('every answer of the document has a code that exists', async () => {
    const { body } = await server.ask('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const codes = [...JSON.stringify(body.paths).matchAll(/Codes: ([\w, -]+)/g)].flatMap(
      ([, list]) => list?.split(', ') ?? [],
    );
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !(code in problems))).toEqual([]);
  });
});

describe('without any key on a loopback address', () => {
  let server: TestServer;
  beforeAll(async () => {
    const [, newAddress] = engines[0] as (typeof engines)[0];
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts }, { open: true });
  });
  afterAll(() => server.stop());

  test.each([
    ['this machine', { host: 'localhost:8080' }, 200],
    ['another address of this machine', { host: '127.0.0.2:8080' }, 200],
    ['the name that is its address', { host: '[::1]:8080' }, 200],
    ['its own console', { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }, 200],
    ['a foreign name that points at 127.0.0.1', { host: 'evil.example' }, 403],
    ['another page in the browser', { host: 'localhost:8080', origin: 'https://evil.example' }, 403],
  ])('%s gets the right answer', async (_, headers, status) => {
    expect((await server.ask('GET', '/v1/workspaces', undefined, headers)).status).toBe(status);
    expect((await server.ask('GET', '/metrics', undefined, headers)).status, 'figures').toBe(status);
  });
});
