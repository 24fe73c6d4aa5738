import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { LinkCodes } from '../../../src/service/accounts/link-codes.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { type Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { wasRolledBack } from '../../../src/service/rollouts/release-failed.ts';
import { accountId, SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import { SessionStarts } from '../../../src/service/sessions/session-starts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const library = '1.34.7';

describe.each(engines)('accounts in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let links: Links;
  let accounts: Accounts;
  let starts: SessionStarts;
  let codes: LinkCodes;
  let number: number;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    links = new Links(database, 'one', () => {});
    accounts = new Accounts(database, 'one');
    starts = new SessionStarts(database, wasRolledBack);
    codes = new LinkCodes(database);
    number = 15550100000;
  });
  afterEach(() => database.close());

  async function begin(of = workspace): Promise<Lease> {
    const request = { phone: null, library, libraryPin: null };
    return (await links.begin(SessionIds.create(of), request)).lease;
  }

  async function connected(): Promise<Lease> {
    const lease = await begin();
    await starts.begin(lease, 'link-asked', library);
    await accounts.authenticated(lease);
    await links.ready(lease, String(++number), library);
    await starts.ready(lease);
    return lease;
  }

  const sessionOf = ({ ids }: Lease) =>
    database.kysely.selectFrom('sessions').selectAll().where('id', '=', ids.session).executeTakeFirstOrThrow();

  const changesOf = async ({ ids }: Lease) => {
    const changes = await accounts.history(ids.account, 10);
    return changes.map(({ from, to, cause }) => `${from} ${to} ${cause}`);
  };

  test('have all their fields, and are unknown in another workspace', async () => {
    const lease = await connected();
    await starts.begin(lease, 'restore-asked', '1.33.2');
    await starts.runs(lease, '2.3000.1');
    await accounts.pinLibrary(lease.ids, '1.33.2');
    await database.kysely
      .insertInto('canary_accounts')
      .values({ account_id: lease.ids.account, marked_at: 1 })
      .execute();
    await database.kysely.updateTable('sessions').set({ attention_code: 'page-hung', attention_at: 1 }).execute();
    const account = await accounts.get(workspace, lease.ids.account);
    expect(account).toMatchObject({
      ids: lease.ids,
      phone: String(number),
      status: 'connected',
      cause: 'ready',
      library: '1.33.2',
      build: '2.3000.1',
      libraryPin: '1.33.2',
      canary: true,
      attention: 'page-hung',
    });
    expect(account.since).toBeGreaterThanOrEqual(account.createdAt);
    expect(account.createdAt).toBeGreaterThan(0);
    const plain = await accounts.get(workspace, (await begin()).ids.account);
    expect(plain).toMatchObject({ phone: null, build: null, libraryPin: null, canary: false, attention: null });
    for (const get of [
      () => accounts.get(workspaceId('other'), lease.ids.account),
      () => accounts.get(workspace, accountId('unknown')),
    ]) {
      await expect(get()).rejects.toMatchObject({ code: 'account-unknown' });
    }
  });

  test('have a history that is read page by page, from either end', async () => {
    const { ids } = await connected();
    await accounts.deactivate(ids, 'logout-asked');
    const all = await accounts.history(ids.account, 10);
    expect(all).toMatchObject([
      { from: 'none', to: 'qr_scanning', cause: 'link-asked', library, build: null, instance: 'one' },
      { from: 'qr_scanning', to: 'authenticated', cause: 'scanned' },
      { from: 'authenticated', to: 'connected', cause: 'ready' },
      { from: 'connected', to: 'inactive', cause: 'logout-asked' },
    ]);
    for (const { durationMs, at } of all) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(at).toBeGreaterThan(0);
    }
    expect(await accounts.history(ids.account, 2)).toEqual(all.slice(0, 2));
    expect(await accounts.history(ids.account, 10, all[1]?.seq)).toEqual(all.slice(2));
    const newestFirst = all.toReversed();
    expect(await accounts.history(ids.account, 10, null, 'newest')).toEqual(newestFirst);
    expect(await accounts.history(ids.account, 1, newestFirst[0]?.seq, 'newest')).toEqual(newestFirst.slice(1, 2));
    expect(await accounts.history((await begin()).ids.account, 10)).toHaveLength(1);
  });

  test('say why they are inactive, deleted ones too', async () => {
    const { ids } = await connected();
    expect(await accounts.overBy(ids)).toBeNull();
    expect(await accounts.statusOf(ids)).toBe('connected');
    await accounts.delete(ids);
    expect(await accounts.overBy(ids)).toBe('delete-asked');
    expect(await accounts.statusOf(ids)).toBe('inactive');
    expect(await accounts.of(ids)).toMatchObject({ ids, status: 'inactive', phone: null });
    await expect(accounts.get(workspace, ids.account)).rejects.toMatchObject({ code: 'account-unknown' });
  });

  test('change once when the login is accepted, and show no code from then on', async () => {
    const lease = await begin();
    const other = await begin();
    for (const { ids } of [lease, other]) await codes.put(ids === lease.ids ? lease : other, 'qr', 'code');
    await accounts.authenticated(lease);
    await accounts.authenticated(lease);
    expect(await changesOf(lease)).toEqual(['none qr_scanning link-asked', 'qr_scanning authenticated scanned']);
    expect(await codes.get(lease.ids.session)).toBeNull();
    expect(await codes.get(other.ids.session)).not.toBeNull();
    expect(await changesOf(other)).toHaveLength(1);
  });

  test('that fail end their start, give the session back and show no code', async () => {
    const lease = await begin();
    const other = await begin();
    for (const each of [lease, other]) {
      await starts.begin(each, 'link-asked', library);
      await codes.put(each, 'qr', 'code');
    }
    await accounts.fail(lease, 'link-timeout');
    expect(await sessionOf(lease)).toMatchObject({ wanted: 0, lease_owner: null, start_cause: 'link-timeout' });
    expect(await changesOf(lease)).toEqual(['none qr_scanning link-asked', 'qr_scanning failed link-timeout']);
    expect(await codes.get(lease.ids.session)).toBeNull();
    const [start] = await starts.list(lease.ids, 1, Number.MAX_SAFE_INTEGER);
    expect(start).toMatchObject({ outcome: 'failed', code: 'link-timeout' });
    expect(await sessionOf(other)).toMatchObject({ wanted: 1, lease_owner: 'one' });
    expect(await codes.get(other.ids.session)).not.toBeNull();
    expect(await accounts.statusOf(other.ids)).toBe('qr_scanning');
  });

  test('that a person logs out take the lease from the owner of the session', async () => {
    const lease = await connected();
    const other = await connected();
    await starts.begin(lease, 'restore-asked', library);
    await new Accounts(database, 'two').deactivate(lease.ids, 'logout-asked');
    expect(await accounts.of(lease.ids)).toMatchObject({ status: 'inactive', cause: 'logout-asked' });
    expect((await accounts.history(lease.ids.account, 1, null, 'newest'))[0]).toMatchObject({ instance: 'two' });
    expect(await sessionOf(lease)).toMatchObject({ wanted: 0, lease_owner: null, lease_token: lease.token + 1 });
    await expect(starts.ready(lease)).rejects.toBeInstanceOf(LeaseLost);
    const [start] = await starts.list(lease.ids, 1, Number.MAX_SAFE_INTEGER);
    expect(start).toMatchObject({ outcome: 'stopped' });
    expect(await new Leases(database, 'one').lost([lease, other])).toEqual([lease]);
    expect(await accounts.statusOf(other.ids)).toBe('connected');
  });

  describe('with a chosen version', () => {
    const waits = { failures: 2, next_start_at: Number.MAX_SAFE_INTEGER, attention_code: 'page-hung', attention_at: 1 };

    async function waiting(): Promise<Lease> {
      const lease = await connected();
      await new Leases(database, 'one').release(lease, 'page-hung');
      await database.kysely.updateTable('sessions').set(waits).where('id', '=', lease.ids.session).execute();
      return lease;
    }

    test('start at once with it, once, where they had failed with another', async () => {
      const [lease, other] = [await waiting(), await waiting()];
      await accounts.pinLibrary(lease.ids, '1.33.2');
      const fresh = { failures: 0, next_start_at: 0, attention_code: null, attention_at: null, start_cause: 'rollout' };
      expect(await sessionOf(lease)).toMatchObject(fresh);
      expect(await sessionOf(other)).toMatchObject({ ...waits, start_cause: 'page-hung' });
      expect(await accounts.of(lease.ids)).toMatchObject({ libraryPin: '1.33.2' });
      expect(await accounts.of(other.ids)).toMatchObject({ libraryPin: null });
      await database.kysely.updateTable('sessions').set(waits).execute();
      await accounts.pinLibrary(lease.ids, '1.33.2');
      expect(await sessionOf(lease), 'the same version again').toMatchObject(waits);
      await accounts.pinLibrary(lease.ids, null);
      expect(await sessionOf(lease)).toMatchObject(fresh);
      expect(await accounts.of(lease.ids)).toMatchObject({ libraryPin: null });
      await database.kysely.updateTable('sessions').set(waits).execute();
      await accounts.pinLibrary(lease.ids, null);
      expect(await sessionOf(lease), 'no version again').toMatchObject(waits);
    });

    test('go on where they run, had not failed, or are over', async () => {
      const running = await connected();
      await database.kysely.updateTable('sessions').set({ failures: 1 }).execute();
      const healthy = await connected();
      await new Leases(database, 'one').release(healthy, 'instance-stopped');
      const over = await waiting();
      await database.kysely.updateTable('sessions').set({ wanted: 0 }).where('id', '=', over.ids.session).execute();
      for (const { ids } of [running, healthy, over]) await accounts.pinLibrary(ids, '1.33.2');
      expect(await sessionOf(running)).toMatchObject({ failures: 1, start_cause: 'link-asked' });
      expect(await sessionOf(healthy)).toMatchObject({ start_cause: 'instance-stopped' });
      expect(await sessionOf(over)).toMatchObject(waits);
    });
  });
});
