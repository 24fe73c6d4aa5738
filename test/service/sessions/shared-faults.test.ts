import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionCause } from '../../../src/codes/codes.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import type { Lease } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { type AccountId, SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import { SessionStarts } from '../../../src/service/sessions/session-starts.ts';
import { SharedFaults } from '../../../src/service/sessions/shared-faults.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

describe.each(engines)('failures of sessions in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let leases: Leases;
  let starts: SessionStarts;
  let faults: SharedFaults;
  let accounts: Accounts;
  let links: Links;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    leases = new Leases(database, 'one');
    starts = new SessionStarts(database, async () => false);
    faults = new SharedFaults(database);
    accounts = new Accounts(database, 'one');
    links = new Links(database, 'one', () => {});
  });
  afterEach(() => database.close());

  let number = 15550200000;
  async function connected(library = '1.34.7'): Promise<SessionIds> {
    const ids = SessionIds.create(workspace);
    const { lease } = await links.begin(ids, { phone: null, library, libraryPin: null });
    await starts.begin(lease, 'link-asked', library);
    await ready(lease, library);
    await leases.release(lease, 'instance-stopped');
    return ids;
  }

  async function ready(lease: Lease, library = '1.34.7'): Promise<void> {
    await accounts.authenticated(lease);
    await links.ready(lease, String(++number), library);
    await starts.ready(lease);
  }

  /** Starts the sessions that may start now, or would after their backoff. */
  async function claimed(library = '1.34.7', limit = 100): Promise<Lease[]> {
    await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    const claims = await leases.claim(limit);
    for (const { lease, cause } of claims) await starts.begin(lease, cause, library);
    return claims.map(({ lease }) => lease);
  }

  /** Lets every session fail three times. */
  async function failAll(code: SessionCause, library?: string): Promise<void> {
    for (let i = 0; i < 3; i++) for (const lease of await claimed(library)) await starts.failed(lease, code);
  }

  const attentionOf = async ({ account }: SessionIds) => (await accounts.get(workspace, account)).attention;

  test('a session that machine and network fail is started again for as long as it takes, and needs no person', async () => {
    const ids = await connected();
    for (const code of ['page-load-failed', 'machine-failed', 'browser-launch-failed', 'no-connection'] as const) {
      await failAll(code);
      expect(await attentionOf(ids)).toBeNull();
    }
    const [lease] = await claimed();
    const { needsAttention, waitMs } = await starts.failed(lease as Lease, 'page-load-failed');
    expect(needsAttention).toBe(false);
    expect(waitMs).toBeLessThanOrEqual(300_000);
    expect(await claimed()).toHaveLength(1);
  });

  test('a session whose proxy refuses needs a person at once, and is started again meanwhile', async () => {
    const ids = await connected();
    const [first] = await claimed();
    expect(await starts.failed(first as Lease, 'proxy-refused')).toMatchObject({ needsAttention: true });
    await failAll('proxy-refused');
    expect(await attentionOf(ids)).toBe('proxy-refused');
    const [working] = await claimed();
    await ready(working as Lease);
    expect(await attentionOf(ids)).toBeNull();
  });

  test('a proxy that no longer refuses needs no person any more, whatever fails then', async () => {
    const ids = await connected();
    for (const code of ['proxy-refused', 'page-load-failed'] as const) {
      const [lease] = await claimed();
      await starts.failed(lease as Lease, code);
    }
    expect(await attentionOf(ids)).toBeNull();
  });

  test('four sessions that fail alike are four faults: each waits for a person', async () => {
    for (let i = 0; i < 4; i++) await connected();
    await failAll('start-timeout');
    await faults.tryOne();
    expect(await claimed()).toEqual([]);
  });

  test('of many sessions that fail alike one at a time is tried, and when it is ready all are started', async () => {
    const all = [];
    for (let i = 0; i < 6; i++) all.push(await connected());
    await failAll('start-timeout');
    for (const ids of all) expect(await attentionOf(ids)).toBe('start-timeout');
    await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    await faults.tryOne();
    await faults.tryOne();
    const [tried, ...more] = await claimed();
    expect(more).toEqual([]);
    const failed = await starts.failed(tried as Lease, 'start-timeout');
    expect(failed).toEqual({ needsAttention: true, waitMs: 60_000 });
    expect(await attentionOf((tried as Lease).ids)).toBe('start-timeout');
    await faults.tryOne();
    expect(await leases.claim(100), 'the next trial waits').toEqual([]);
    await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    await faults.tryOne();
    const [working] = await claimed();
    await ready(working as Lease);
    for (const ids of all) expect(await attentionOf(ids)).toBeNull();
    const claims = await leases.claim(100);
    expect(claims).toHaveLength(5);
    expect(new Set(claims.map(({ cause }) => cause))).toEqual(new Set(['fault-over']));
  });

  test('a trial that fails for another reason leaves the breaker open, and the fault is tried again', async () => {
    for (let i = 0; i < 5; i++) await connected();
    await failAll('page-hung');
    for (const code of ['page-load-failed', 'host-died'] as const) {
      await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
      await faults.tryOne();
      const [tried, ...more] = await claimed();
      expect(more).toEqual([]);
      await starts.failed(tried as Lease, code);
      expect(await attentionOf((tried as Lease).ids)).toBe('page-hung');
    }
    const { kysely } = database;
    const other = await kysely
      .selectFrom('sessions')
      .select('account_id')
      .orderBy('failures')
      .executeTakeFirstOrThrow();
    await kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    await faults.tryOne();
    const [working] = await claimed();
    await ready(working as Lease);
    expect((await accounts.get(workspace, other.account_id as AccountId)).attention).toBeNull();
  });

  test('a session that a person restores ends a shared fault too, with the same version and for the same code only', async () => {
    const same = [];
    for (let i = 0; i < 6; i++) same.push(await connected());
    await failAll('start-timeout');
    const others = [];
    for (let i = 0; i < 5; i++) others.push(await connected('1.33.2'));
    await failAll('start-timeout', '1.33.2');
    const otherCode = [];
    for (let i = 0; i < 5; i++) otherCode.push(await connected());
    await failAll('page-hung');
    await leases.startNow(same[0] as SessionIds);
    const [restored] = await claimed();
    await ready(restored as Lease);
    for (const ids of same) expect(await attentionOf(ids)).toBeNull();
    for (const ids of others) expect(await attentionOf(ids)).toBe('start-timeout');
    for (const ids of otherCode) expect(await attentionOf(ids)).toBe('page-hung');
  });

  test('a session that is ready with another version than the one that failed ends no fault', async () => {
    const all = [];
    for (let i = 0; i < 6; i++) all.push(await connected('1.34.2'));
    await failAll('start-timeout', '1.34.2');
    await accounts.pinLibrary(all[0] as SessionIds, '1.34.7');
    const [moved] = await claimed('1.34.7');
    await ready(moved as Lease);
    expect(await attentionOf(all[1] as SessionIds)).toBe('start-timeout');
  });
});
