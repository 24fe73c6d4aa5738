import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import type { Lease } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { SessionIds, workspaceId } from '../../../src/service/session-ids.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/** The sessions belong to another instance, which this service knows only by its rows. */
describe.each(engines)('the overview with %s', (_, newAddress) => {
  let server: TestServer;
  let workspace: string;
  let number = 15550100000;

  beforeAll(async () => {
    // It claims nothing.
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts, maxSessions: 0 });
  });
  afterAll(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });
  beforeEach(async () => {
    workspace = (await server.ask('POST', '/v1/workspaces', { name: 'Berlin' })).body.id;
  });

  const links = () => new Links(server.service.database, 'another', () => {});
  const accounts = () => new Accounts(server.service.database, 'another');
  const begin = async (): Promise<Lease> => {
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    return (await links().begin(SessionIds.create(workspaceId(workspace)), request)).lease;
  };
  const connected = async () => {
    const lease = await begin();
    await accounts().authenticated(lease);
    await links().ready(lease, String(++number), '1.34.7');
    return lease;
  };
  const setSession = ({ ids }: Lease, values: object) =>
    server.service.database.kysely.updateTable('sessions').set(values).where('id', '=', ids.session).execute();

  /** With a key of the workspace: the other tests have accounts too. */
  const look = async () => {
    const { body } = await server.ask('POST', '/v1/keys', { name: 'k', scope: 'read', workspace });
    const { status, body: overview } = await server.ask('GET', '/v1/overview', undefined, {
      authorization: `Bearer ${body.key}`,
    });
    expect(status).toBe(200);
    return overview;
  };

  test('says what each session does', async () => {
    const leases = new Leases(server.service.database, 'another');
    await connected();
    await begin();
    const starting = await begin();
    await accounts().authenticated(starting);
    const [backoff, unowned] = [await connected(), await connected()];
    for (const lease of [backoff, unowned]) await leases.release(lease, 'instance-stopped');
    await setSession(backoff, { next_start_at: Date.now() + 3_600_000 });
    const { accounts: counts, restorations } = await look();
    expect(counts).toMatchObject({ connected: 1, qr_scanning: 1, authenticated: 1, disconnected: 2, failed: 0 });
    expect(restorations).toMatchObject({ running: 1, linking: 1, backoff: 1, unowned: 1 });
    const ids = restorations.oldest.map(({ account }: { account: string }) => account).sort();
    expect(ids).toEqual([starting, backoff, unowned].map(({ ids }) => ids.account as string).sort());
    expect(restorations.oldest[0]).toMatchObject({ workspace, workspaceName: 'Berlin', library: '1.34.7' });
  });

  test('groups what waits for a person by its cause, and one restoration of the group resolves it', async () => {
    const waiting = [await connected(), await connected(), await connected()];
    for (const [i, lease] of waiting.entries()) {
      await new Leases(server.service.database, 'another').release(lease, 'instance-stopped');
      await setSession(lease, { attention_code: i === 0 ? 'proxy-refused' : 'page-hung', attention_at: 1_000 - i });
    }
    const { attention } = await look();
    expect(attention.groups).toEqual([
      { code: 'page-hung', library: '1.34.7', accounts: 2, since: new Date(998).toISOString() },
      { code: 'proxy-refused', library: '1.34.7', accounts: 1, since: new Date(1_000).toISOString() },
    ]);
    expect(attention.sessions.map(({ code }: { code: string }) => code)).toEqual([
      'page-hung',
      'page-hung',
      'proxy-refused',
    ]);
    const which = { code: 'page-hung', library: '1.34.7', waitsFor: 'person' };
    const restored = await server.ask('POST', `/v1/workspaces/${workspace}/restore`, which);
    expect(restored.body).toEqual({ restored: 2 });
    expect((await look()).attention.groups).toMatchObject([{ code: 'proxy-refused', accounts: 1 }]);
  });

  test('has the logins that were lost until the number is linked again, and no code that was not scanned', async () => {
    const [lost, unscanned] = [await connected(), await begin()];
    const { phone } = await accounts().of(lost.ids);
    await accounts().fail(lost, 'unlinked');
    await accounts().fail(unscanned, 'link-timeout');
    const { lostLogins } = await look();
    expect(lostLogins).toMatchObject({ accounts: 1, newest: [{ account: lost.ids.account, code: 'unlinked', phone }] });
    const again = await begin();
    await accounts().authenticated(again);
    await links().ready(again, String(phone), '1.34.7');
    expect((await look()).lostLogins).toEqual({ accounts: 0, newest: [] });
  });

  test('has webhooks with failed deliveries, and those alone', async () => {
    const newWebhook = async () =>
      (await server.ask('POST', `/v1/workspaces/${workspace}/webhooks`, { url: 'https://example.org/' })).body.id;
    const [failing, dead, fine] = [await newWebhook(), await newWebhook(), await newWebhook()];
    const deliveries = [
      [failing, 'pending', 3],
      [failing, 'pending', 0],
      [dead, 'dead', 10],
      [fine, 'delivered', 4],
    ] as const;
    for (const [i, [webhook, state, attempts]] of deliveries.entries()) {
      const times = { next_attempt_at: Date.now() + 3_600_000, created_at: Date.now() };
      await server.service.database.kysely
        .insertInto('webhook_deliveries')
        .values({
          id: `${i}-${dead}`.slice(0, 36),
          webhook_id: webhook,
          body: '',
          state,
          attempts,
          last_result: null,
          ...times,
        })
        .execute();
    }
    expect((await look()).webhooks).toEqual(
      [
        { workspace, webhook: failing, failing: 1, dead: 0 },
        { workspace, webhook: dead, failing: 0, dead: 1 },
      ].sort((one, other) => (one.webhook < other.webhook ? -1 : 1)),
    );
  });

  test('shows instances with their load and the rollout, to keys for all workspaces alone', async () => {
    expect(await look()).toMatchObject({ instances: null, rollout: null });
    const { body } = await server.ask('GET', '/v1/overview');
    expect(body.instances).toMatchObject([{ id: server.service.id, state: 'running', sessions: 0, maxSessions: 0 }]);
    expect(body.rollout).toBeNull();
    const begun = await server.ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate: '1.34.6' });
    expect((await server.ask('GET', '/v1/overview')).body.rollout.rollout).toEqual(begun.body);
    await server.ask('POST', `/v1/rollouts/${begun.body.id}/rollback`);
    expect((await server.ask('GET', '/v1/overview')).body.rollout).toBeNull();
  });

  test('has the statuses of the last day in half hours and now', async () => {
    await connected();
    const { body } = await server.ask('GET', '/v1/account-statuses');
    expect(body.stepMs).toBe(1_800_000);
    expect(body.points).toHaveLength(49);
    expect(body.points.at(-1).accounts.connected).toBeGreaterThanOrEqual(1);
  });
});
