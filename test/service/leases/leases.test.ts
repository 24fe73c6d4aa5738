import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountLists } from '../../../src/service/accounts/account-lists.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { type Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { wasRolledBack } from '../../../src/service/rollouts/release-failed.ts';
import { readRolloutRules } from '../../../src/service/rollouts/rollout-rules.ts';
import { Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import { SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import { SessionStarts } from '../../../src/service/sessions/session-starts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

describe.each(engines)('leases in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let one: Leases;
  let other: Leases;
  let accounts: Accounts;
  let starts: SessionStarts;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    one = new Leases(database, 'one');
    other = new Leases(database, 'other');
    accounts = new Accounts(database, 'one');
    starts = new SessionStarts(database, wasRolledBack);
  });
  afterEach(() => database.close());

  let number = 15550100000;
  async function connected(): Promise<Lease> {
    const links = new Links(database, 'one', () => {});
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    const { lease } = await links.begin(SessionIds.create(workspace), request);
    await starts.begin(lease, 'link-asked', '1.34.7');
    await accounts.authenticated(lease);
    await links.ready(lease, String(++number), '1.34.7');
    await starts.ready(lease);
    return lease;
  }

  const expire = (lease: Lease) =>
    database.kysely.updateTable('sessions').set({ lease_expires_at: 1 }).where('id', '=', lease.ids.session).execute();

  const startsOf = (lease: Lease) =>
    database.kysely
      .selectFrom('session_starts')
      .select(['outcome', 'cause', 'code'])
      .where('session_id', '=', lease.ids.session)
      .orderBy('id')
      .execute();

  test('a session that is offered to one instance is claimed by that one only, until the offer ends', async () => {
    const lease = await connected();
    expect(await other.offer(lease, 'other')).toBe(false);
    expect(await one.offer(lease, 'other')).toBe(true);
    expect(await other.claim(10)).toEqual([]);
    await one.release(lease, 'moved');
    expect(await one.claim(10)).toEqual([]);
    const [moved] = await other.claim(10);
    expect(moved).toMatchObject({ cause: 'moved', lease: { token: lease.token + 1 } });
    expect(await one.offered([lease])).toEqual([{ lease, status: 'disconnected', failures: 0 }]);

    await other.release(moved?.lease as Lease, 'moved');
    const [again] = await one.claim(10);
    await one.offer(again?.lease as Lease, 'other');
    await one.release(again?.lease as Lease, 'moved');
    await database.kysely.updateTable('sessions').set({ offered_until: 1 }).execute();
    expect(await one.claim(10)).toHaveLength(1);
  });

  test('no instance can claim a session while its lease is valid', async () => {
    const lease = await connected();
    expect(await other.claim(10)).toEqual([]);
    expect(await one.renew([lease])).toEqual([]);
  });

  test('an expired lease goes to one of those who want it, with a higher token, and its account is disconnected', async () => {
    const lease = await connected();
    await expire(lease);
    const claims = (await Promise.all([one, other, one, other].map((leases) => leases.claim(10)))).flat();
    expect(claims).toMatchObject([{ cause: 'owner-lost', status: 'disconnected', lease: { token: lease.token + 1 } }]);
    expect(await accounts.get(workspace, lease.ids.account)).toMatchObject({
      status: 'disconnected',
      cause: 'owner-lost',
    });
  });

  test('the earlier owner can write nothing, and renewing tells it so', async () => {
    const lease = await connected();
    await expire(lease);
    await expect(accounts.authenticated(lease)).rejects.toBeInstanceOf(LeaseLost);
    await other.claim(1);
    expect(await one.renew([lease])).toEqual([lease]);
    for (const write of [
      () => accounts.authenticated(lease),
      () => accounts.fail(lease, 'unlinked'),
      () => starts.ready(lease),
      () => starts.failed(lease, 'page-hung'),
      () => one.release(lease, 'instance-stopped'),
      () => new Links(database, 'one', () => {}).ready(lease, '15550109999', '1.34.7'),
    ]) {
      await expect(write()).rejects.toBeInstanceOf(LeaseLost);
    }
  });

  describe('a lease that runs out', () => {
    /** Lets the lease run out `ms` milliseconds ago; returns when that was. */
    async function ranOut(lease: Lease, ms: number): Promise<number> {
      const { kysely, now } = database;
      const ids = lease.ids.session;
      const anHourAgo = sql<number>`${now} - 3600000`;
      await kysely.updateTable('whatsapp_accounts').set({ status_since: anHourAgo }).execute();
      await kysely.updateTable('session_starts').set({ started_at: anHourAgo }).execute();
      const set = { lease_expires_at: sql<number>`${now} - ${ms}` };
      await kysely.updateTable('sessions').set(set).where('id', '=', ids).execute();
      const row = await kysely
        .selectFrom('sessions')
        .select('lease_expires_at')
        .where('id', '=', ids)
        .executeTakeFirst();
      return row?.lease_expires_at ?? 0;
    }

    test('leaves its account disconnected from that moment on, before any instance has noticed', async () => {
      const lease = await connected();
      expect(await accounts.get(workspace, lease.ids.account)).toMatchObject({ status: 'connected' });
      const end = await ranOut(lease, 1);
      const lost = { status: 'disconnected', cause: 'owner-lost', since: end };
      expect(await accounts.get(workspace, lease.ids.account)).toMatchObject(lost);
      expect(await new AccountLists(database).list(workspace, {}, { limit: 10 })).toMatchObject([lost]);
      expect(await accounts.statusOf(lease.ids)).toBe('disconnected');
      await one.expire();
      expect(await accounts.get(workspace, lease.ids.account)).toMatchObject(lost);
    });

    test.each(['an instance with room', 'an instance without room'])(
      'is written down with its true end by %s',
      async (by) => {
        const lease = await connected();
        await one.release(lease, 'instance-stopped');
        const [claim] = await one.claim(1);
        if (!claim) throw new Error('nothing to claim');
        await starts.begin(claim.lease, claim.cause, '1.34.7');
        await accounts.authenticated(claim.lease);
        const webhook = {
          id: 'hook',
          workspace_id: workspace,
          url: 'http://x',
          secret: 's',
          created_at: 0,
          deleted_at: null,
        };
        await database.kysely.insertInto('webhooks').values(webhook).execute();
        const end = await ranOut(claim.lease, 1_800_000);
        if (by === 'an instance with room') await other.claim(1);
        else await other.expire();
        const [newest] = await accounts.history(lease.ids.account, 1, null, 'newest');
        expect(newest).toMatchObject({ to: 'disconnected', cause: 'owner-lost', instance: 'other', at: end });
        expect(newest?.durationMs).toBe(end - (await beganIn(claim.lease)));
        const { kysely } = database;
        const [start] = await kysely.selectFrom('session_starts').selectAll().orderBy('id', 'desc').limit(1).execute();
        expect(start).toMatchObject({ outcome: 'abandoned', ended_at: end });
        const notified = await kysely.selectFrom('webhook_outbox').selectAll().execute();
        expect(notified.map(({ at, detail }) => [at, JSON.parse(detail)])).toMatchObject([
          [end, { from: 'authenticated', to: 'disconnected', cause: 'owner-lost' }],
        ]);
        const { lease_token: token } = await kysely
          .selectFrom('sessions')
          .select('lease_token')
          .executeTakeFirstOrThrow();
        expect(token).toBe(claim.lease.token + 1);
        await kysely.updateTable('whatsapp_accounts').set({ library_pin: '1.33.2' }).execute();
        const { left_at } = await kysely.selectFrom('whatsapp_accounts').select('left_at').executeTakeFirstOrThrow();
        expect(left_at).toBeNull();
      },
    );

    /** When an account entered the status that it had before the newest one. */
    async function beganIn({ ids }: Lease): Promise<number> {
      const [newest] = await accounts.history(ids.account, 1, null, 'newest');
      return (newest?.at ?? 0) - (newest?.durationMs ?? 0);
    }

    test('ends for all sessions of an instance at once, and for no other', async () => {
      const dead = [await connected(), await connected(), await connected()];
      for (const lease of dead) await ranOut(lease, 5);
      const alive = await connected();
      await Promise.all([one.expire(), other.expire(), one.expire()]);
      const shown = await new AccountLists(database).list(workspace, {}, { limit: 10 });
      expect(shown.filter(({ status }) => status === 'connected').map(({ ids }) => ids.session)).toEqual([
        alive.ids.session,
      ]);
      for (const lease of dead) {
        await expect(starts.failed(lease, 'page-hung')).rejects.toBeInstanceOf(LeaseLost);
        const changes = await accounts.history(lease.ids.account, 20);
        expect(changes.filter(({ cause }) => cause === 'owner-lost')).toHaveLength(1);
      }
      expect((await other.claim(10)).map(({ cause }) => cause)).toEqual(Array(3).fill('owner-lost'));
    });

    test('does not change the status of a link, which another instance continues', async () => {
      const links = new Links(database, 'one', () => {});
      const { lease } = await links.begin(SessionIds.create(workspace), {
        ...{ phone: null, library: '1.34.7', libraryPin: null },
      });
      await ranOut(lease, 5);
      await other.expire();
      expect(await accounts.get(workspace, lease.ids.account)).toMatchObject({ status: 'qr_scanning' });
      expect(await other.claim(1)).toMatchObject([{ status: 'qr_scanning', cause: 'owner-lost' }]);
    });

    test('never ends before the account entered its status', async () => {
      const lease = await connected();
      await expire(lease);
      await other.expire();
      const [newest] = await accounts.history(lease.ids.account, 1, null, 'newest');
      expect(newest).toMatchObject({ to: 'disconnected', durationMs: 0 });
    });
  });

  test('renewing moves the end of the lease', async () => {
    const lease = await connected();
    const endOf = async () =>
      (await database.kysely.selectFrom('sessions').select('lease_expires_at').executeTakeFirstOrThrow())
        .lease_expires_at;
    const before = await endOf();
    await sleep(20);
    await one.renew([lease]);
    expect(await endOf()).toBeGreaterThan(before);
  });

  test('a released session can be claimed at once, with the reason', async () => {
    const lease = await connected();
    await one.release(lease, 'instance-stopped');
    expect(await other.claim(10)).toMatchObject([{ cause: 'instance-stopped' }]);
  });

  test('the start that was open when a session was given back is recorded as stopped', async () => {
    const lease = await connected();
    await one.release(lease, 'instance-stopped');
    const [claim] = await one.claim(1);
    if (!claim) throw new Error('nothing to claim');
    await starts.begin(claim.lease, claim.cause, '1.34.7');
    await one.release(claim.lease, 'rollout');
    expect((await startsOf(lease)).at(-1)).toMatchObject({ cause: 'instance-stopped', outcome: 'stopped' });
  });

  test('an instance without room claims nothing, and one without sessions renews nothing', async () => {
    await one.release(await connected(), 'instance-stopped');
    for (const room of [0, -1]) expect(await other.claim(room)).toEqual([]);
    expect(await other.renew([])).toEqual([]);
    expect(await other.lost([])).toEqual([]);
  });

  test('a session that failed too often starts at once when a person asks for it', async () => {
    const lease = await connected();
    await one.release(lease, 'instance-stopped');
    const waits = { failures: 3, next_start_at: Number.MAX_SAFE_INTEGER, attention_code: 'page-hung', attention_at: 1 };
    await database.kysely.updateTable('sessions').set(waits).execute();
    expect(await other.claim(1)).toEqual([]);
    expect(await other.startNow(lease.ids)).toBe(true);
    expect(await other.claim(1)).toMatchObject([{ cause: 'restore-asked' }]);
    const { failures } = await database.kysely.selectFrom('sessions').select('failures').executeTakeFirstOrThrow();
    expect(failures).toBe(0);
  });

  test('a person starts all sessions that wait, or those that filters leave, and no session that is due or runs', async () => {
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    const links = new Links(database, 'one', () => {});
    const wait = async (place: string, library: string, how: object) => {
      const ids = SessionIds.create(workspaceId(place));
      const { lease } = await links.begin(ids, { phone: null, library, libraryPin: null });
      await one.release(lease, 'instance-stopped');
      await database.kysely.updateTable('sessions').set(how).where('id', '=', ids.session).execute();
    };
    const later = { next_start_at: Number.MAX_SAFE_INTEGER };
    const person = (code: string) => ({ ...later, attention_code: code, attention_at: 1 });
    await wait('workspace', '1.34.7', person('start-timeout'));
    await wait('workspace', '1.34.2', person('start-timeout'));
    await wait('other', '1.34.7', person('page-hung'));
    await wait('other', '1.34.7', { ...later, start_cause: 'page-load-failed' });
    await wait('other', '1.34.7', { ...later, start_cause: 'host-died' });
    await wait('other', '1.34.7', { next_start_at: 0 });
    await links.begin(SessionIds.create(workspace), { phone: null, library: '1.34.7', libraryPin: null });
    expect(await one.startAll({ code: 'unlinked' })).toBe(0);
    expect(await one.startAll({ code: 'page-load-failed', waitsFor: 'person' })).toBe(0);
    expect(await one.startAll({ code: 'page-load-failed', waitsFor: 'backoff' })).toBe(1);
    expect(await one.startAll({ workspace, library: '1.34.2' })).toBe(1);
    expect(await one.startAll({ waitsFor: 'person', code: 'start-timeout' })).toBe(1);
    expect(await one.startAll({})).toBe(2);
    expect(await one.startAll({})).toBe(0);
    const causes = (await one.claim(100)).map(({ cause }) => cause);
    expect(causes.sort()).toEqual(['instance-stopped', ...Array(5).fill('restore-asked')]);
  });

  test('a person who asks for a running session changes nothing, nor does one who asks for a session that is over', async () => {
    const running = await connected();
    const over = await connected();
    await database.kysely.updateTable('sessions').set({ failures: 2 }).execute();
    await accounts.fail(over, 'unlinked');
    expect(await one.startNow(running.ids)).toBe(true);
    expect(await one.startNow(over.ids)).toBe(false);
    expect(await one.startNow(SessionIds.create(workspace))).toBe(false);
    const { kysely } = database;
    expect(await kysely.selectFrom('sessions').select(['failures', 'start_cause']).orderBy('wanted').execute()).toEqual(
      [
        { failures: 2, start_cause: 'unlinked' },
        { failures: 2, start_cause: 'link-asked' },
      ],
    );
    expect(await one.lost([running])).toEqual([]);
  });

  test('an instance sees the pins of the sessions that it runs', async () => {
    const [pinned, free] = [await connected(), await connected()];
    await accounts.pinLibrary(pinned.ids, '1.33.2');
    await one.release(await connected(), 'instance-stopped');
    expect(await one.choices()).toEqual(
      new Map([
        [pinned.ids.session, { libraryPin: '1.33.2', browserRevision: 0 }],
        [free.ids.session, { libraryPin: null, browserRevision: 0 }],
      ]),
    );
    expect(await other.choices()).toEqual(new Map());
  });

  test('a link by pairing code goes on by pairing code at the next owner, until its login was accepted', async () => {
    const request = { phone: '15550188888', library: '1.34.7', libraryPin: null };
    const links = new Links(database, 'one', () => {});
    const { lease } = await links.begin(SessionIds.create(workspace), { ...request, pairing: true });
    await expire(lease);
    const [taken] = await other.claim(1);
    expect(taken).toMatchObject({ cause: 'owner-lost', status: 'qr_scanning', pairWith: '15550188888' });
    await new Accounts(database, 'other').authenticated(taken?.lease as Lease);
    await expire(taken?.lease as Lease);
    expect(await one.claim(1)).toMatchObject([{ status: 'disconnected', pairWith: null }]);
    const plain = await links.begin(SessionIds.create(workspace), request);
    await expire(plain.lease);
    expect(await other.claim(1)).toMatchObject([{ status: 'qr_scanning', pairWith: null }]);
  });

  test('no more are claimed than asked for', async () => {
    for (let i = 0; i < 5; i++) await one.release(await connected(), 'instance-stopped');
    expect(await other.claim(2)).toHaveLength(2);
    expect(await one.claim(10)).toHaveLength(3);
  });

  test('a failure is recorded and waits longer each time, and the third one needs a person', async () => {
    const lease = await connected();
    const first = await starts.failed(lease, 'page-hung');
    expect(first).toMatchObject({ needsAttention: false });
    expect(await other.claim(10)).toEqual([]);
    const again = async () => {
      await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
      const [claim] = await other.claim(1);
      if (!claim) throw new Error('nothing to claim');
      await starts.begin(claim.lease, claim.cause, '1.34.7');
      return starts.failed(claim.lease, 'initialize-failed');
    };
    const second = await again();
    expect(second.waitMs).toBeGreaterThan(first.waitMs * 1.3);
    expect(await again()).toMatchObject({ needsAttention: true });
    await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    expect(await other.claim(10)).toEqual([]);
    expect(await accounts.get(workspace, lease.ids.account)).toMatchObject({ attention: 'initialize-failed' });
    expect(await startsOf(lease)).toEqual([
      { outcome: 'ready', cause: 'link-asked', code: 'page-hung' },
      { outcome: 'failed', cause: 'page-hung', code: 'initialize-failed' },
      { outcome: 'failed', cause: 'initialize-failed', code: 'initialize-failed' },
    ]);
  });

  test('a failure that comes just after its version was rolled back neither waits nor needs a person', async () => {
    const lease = await connected();
    await one.release(lease, 'rollout');
    const rollouts = new Rollouts(database, 'one', readRolloutRules().plan);
    const { id } = await rollouts.create('1.34.7', '1.33.2');
    const failing = async () => {
      await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
      const [claim] = await one.claim(1);
      if (!claim) throw new Error('nothing to claim');
      await starts.begin(claim.lease, claim.cause, '1.33.2');
      return () => starts.failed(claim.lease, 'ready-timeout');
    };
    for (let i = 0; i < 2; i++) await (await failing())();
    const third = await failing();
    await rollouts.rollBack(id);
    expect(await third()).toEqual({ needsAttention: false, waitMs: 0 });
    expect(await other.claim(1)).toMatchObject([{ cause: 'rollout' }]);
  });

  test('whatever happens to an account is written down under the version that hosted it then', async () => {
    const lease = await connected();
    await one.release(lease, 'rollout');
    const startWith = async (library: string) => {
      await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
      const [claim] = await one.claim(1);
      if (!claim) throw new Error('nothing to claim');
      await starts.begin(claim.lease, claim.cause, library);
      return claim.lease;
    };
    await starts.failed(await startWith('1.33.2'), 'start-timeout');
    const hanging = await startWith('1.33.2');
    await accounts.authenticated(hanging);
    await starts.failed(hanging, 'ready-timeout');
    await accounts.fail(await startWith('1.34.6'), 'unlinked');
    const history = await accounts.history(lease.ids.account, 20, 0);
    expect(history.slice(2).map(({ to, library }) => `${to} ${library}`)).toEqual([
      'connected 1.34.7',
      'disconnected 1.34.7',
      'authenticated 1.33.2',
      'disconnected 1.33.2',
      'failed 1.34.6',
    ]);
    const listed = await starts.list(lease.ids, 10, Number.MAX_SAFE_INTEGER);
    expect(listed.map(({ library, outcome, code }) => `${library} ${outcome} ${code}`)).toEqual([
      '1.34.6 failed unlinked',
      '1.33.2 failed ready-timeout',
      '1.33.2 failed start-timeout',
      '1.34.7 ready null',
    ]);
    expect(await starts.list(lease.ids, 1, listed[1]?.id ?? 0)).toEqual(listed.slice(2, 3));
  });

  test('a start whose instance died is recorded as abandoned', async () => {
    const lease = await connected();
    await one.release(lease, 'instance-stopped');
    const [claim] = await one.claim(1);
    if (!claim) throw new Error('nothing to claim');
    await starts.begin(claim.lease, claim.cause, '1.34.7');
    await expire(claim.lease);
    await other.claim(1);
    expect((await startsOf(lease)).map(({ outcome }) => outcome)).toEqual(['ready', 'abandoned']);
  });
});
