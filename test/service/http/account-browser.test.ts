import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountBrowsers } from '../../../src/service/accounts/account-browsers.ts';
import { Sealer } from '../../../src/service/sealer.ts';
import { accountId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { testSealKey, until } from '../../support/test-service.ts';

describe.each(engines)('the browser of an account with %s', (_, newAddress) => {
  let server: TestServer;
  let accounts: string;
  /** The arguments of each start. */
  let starts: (readonly string[])[];

  beforeEach(async () => {
    starts = [];
    const ready = instantHosts();
    const openHost: OpenSessionHost = (spec) => {
      starts.push(spec.browserArgs ?? []);
      return ready(spec);
    };
    server = await startTestServer({ database: await newAddress(), openHost, allowPrivateProxies: true });
    const { body } = await server.ask('POST', '/v1/workspaces', { name: 'W' });
    accounts = `/v1/workspaces/${body.id}/accounts`;
  });
  afterEach(() => server.stop());

  const proxy = 'http://me:hidden@127.0.0.1:9';
  const connected = (url: string) =>
    until('it is connected', async () => (await server.ask('GET', url)).body.status === 'connected');

  test('a link starts with the proxy and the arguments that it names, and no answer or table shows the password', async () => {
    const browser = { proxy, arguments: ['--lang=de'] };
    const { status, body } = await server.ask('POST', accounts, { browser });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      proxy: { url: 'http://127.0.0.1:9', hasCredentials: true },
      browserArguments: ['--lang=de'],
    });
    await connected(`${accounts}/${body.id}`);
    expect(starts).toEqual([['--lang=de', expect.stringMatching(/^--proxy-server=http:\/\/127\.0\.0\.1:\d+$/)]]);
    const rows = await server.service.database.kysely.selectFrom('whatsapp_accounts').selectAll().execute();
    expect(JSON.stringify([rows, body, starts])).not.toContain('hidden');
  });

  test('a change restarts a session that runs, once, and a session without any starts without arguments', async () => {
    const { body } = await server.ask('POST', accounts, {});
    const account = `${accounts}/${body.id}`;
    expect(body).toMatchObject({ proxy: null, browserArguments: [] });
    await connected(account);
    const changed = await server.ask('PUT', `${account}/browser`, { proxy: null, arguments: ['--mute-audio'] });
    expect(changed).toMatchObject({ status: 202, body: { browserArguments: ['--mute-audio'] } });
    await until('it was started again', () => starts.length === 2);
    await connected(account);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(starts).toEqual([[], ['--mute-audio']]);
  });

  test('the proxy is tested from the instance, and the answer says why one does not work', async () => {
    const { body } = await server.ask('POST', accounts, {});
    const test = () => server.ask('POST', `${accounts}/${body.id}/proxy/test`);
    expect(await test()).toMatchObject({ status: 409, body: { code: 'proxy-unknown' } });
    await server.ask('PUT', `${accounts}/${body.id}/browser`, { proxy, arguments: [] });
    expect(await test()).toMatchObject({
      status: 200,
      body: { works: false, reason: expect.stringMatching(/refused/i) },
    });
  });

  test.each([
    '--no-sandbox',
    '--user-data-dir=/tmp',
    '--proxy-server=http://x:1',
    '--lang=de --no-sandbox',
    '--lang',
    '--load-extension=/x',
  ])('the argument %s is not in the list and is refused', async (argument) => {
    const { body } = await server.ask('POST', accounts, {});
    const answer = await server.ask('PUT', `${accounts}/${body.id}/browser`, { proxy: null, arguments: [argument] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  test('it needs an admin key, also in a link', async () => {
    const { key } = await server.keys.create('linker', 'link');
    const headers = { authorization: `Bearer ${key}` };
    const browser = { proxy: null, arguments: [] };
    expect((await server.ask('POST', accounts, { browser }, headers)).status).toBe(403);
    const { body } = await server.ask('POST', accounts, {}, headers);
    expect((await server.ask('PUT', `${accounts}/${body.id}/browser`, browser, headers)).status).toBe(403);
  });

  test('while an instance runs that does not know proxies, none is accepted', async () => {
    const { body } = await server.ask('POST', accounts, {});
    const browsers = new AccountBrowsers(server.service.database, new Sealer([testSealKey]));
    const account = accountId(body.id);
    expect(() => browsers.columns(account, { proxy, arguments: [] })).toThrow(
      expect.objectContaining({ code: 'older-instance' }),
    );
    expect(browsers.columns(account, { proxy: null, arguments: ['--mute-audio'] })).toMatchObject({ proxy: null });
  });
});
