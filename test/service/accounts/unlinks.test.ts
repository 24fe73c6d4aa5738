import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { LinkCodes } from '../../../src/service/accounts/link-codes.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { Unlinks } from '../../../src/service/accounts/unlinks.ts';
import { type Lease, LeaseLost, leaseMs } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

describe.each(engines)('devices to unlink in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let accounts: Accounts;
  let unlinks: Unlinks;
  let other: Unlinks;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    accounts = new Accounts(database, 'one');
    unlinks = new Unlinks(database, 'one');
    other = new Unlinks(database, 'other');
  });
  afterEach(() => database.close());

  async function begun(): Promise<Lease> {
    const links = new Links(database, 'one', () => {});
    return (await links.begin(SessionIds.create(workspace), { phone: null, library: '1.34.7', libraryPin: null }))
      .lease;
  }

  async function authenticated(): Promise<Lease> {
    const lease = await begun();
    await accounts.authenticated(lease);
    return lease;
  }

  const sessionOf = ({ session }: SessionIds) =>
    database.kysely
      .selectFrom('sessions')
      .selectAll()
      .select(database.now.as('now'))
      .where('id', '=', session)
      .executeTakeFirstOrThrow();

  const letWait = () => database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();

  test('a device whose session has no owner is taken on at once, by one instance', async () => {
    const lease = await authenticated();
    await new Leases(database, 'one').release(lease, 'instance-stopped');
    expect(await unlinks.claim()).toBeNull();
    await accounts.deactivate(lease.ids, 'logout-asked');
    const claims = await Promise.all([unlinks.claim(), other.claim(), unlinks.claim(), other.claim()]);
    const [claim, ...more] = claims.filter((claim) => claim !== null);
    expect(more).toEqual([]);
    expect(claim).toMatchObject({ triesLeft: 2, lease: { ids: lease.ids, token: lease.token + 2 } });
    expect(await sessionOf(lease.ids)).toMatchObject({ unlinks_left: 2, lease_owner: claim?.lease.owner });
  });

  test('a device whose owner lives is left to it until its lease would have expired', async () => {
    const lease = await authenticated();
    await accounts.deactivate(lease.ids, 'logout-asked');
    const { next_start_at, now, unlinks_left } = await sessionOf(lease.ids);
    expect(unlinks_left).toBe(3);
    expect(next_start_at).toBeGreaterThan(Number(now) + leaseMs - 5_000);
    expect(next_start_at).toBeLessThanOrEqual(Number(now) + leaseMs);
    expect(await other.claim()).toBeNull();
    await letWait();
    expect(await other.claim()).toMatchObject({ triesLeft: 2 });
  });

  test('after a failed try the device waits five minutes, and three tries are all', async () => {
    const lease = await authenticated();
    await accounts.deactivate(lease.ids, 'logout-asked');
    for (const triesLeft of [2, 1, 0]) {
      await letWait();
      const claim = await unlinks.claim();
      expect(claim).toMatchObject({ triesLeft });
      expect(await other.claim(), 'while the try goes on').toBeNull();
      await unlinks.again((claim as { lease: Lease }).lease);
      const { next_start_at, now, lease_owner } = await sessionOf(lease.ids);
      expect(lease_owner).toBeNull();
      expect(next_start_at).toBeGreaterThan(Number(now) + 295_000);
      expect(next_start_at).toBeLessThanOrEqual(Number(now) + 300_000);
    }
    await letWait();
    expect(await unlinks.claim()).toBeNull();
    expect(await unlinks.isWaiting(lease.ids.session)).toBe(false);
  });

  test('a device that was unlinked is not tried again', async () => {
    const lease = await authenticated();
    const untouched = await authenticated();
    for (const { ids } of [lease, untouched]) await accounts.deactivate(ids, 'logout-asked');
    await database.kysely
      .updateTable('sessions')
      .set({ next_start_at: 0 })
      .where('id', '=', lease.ids.session)
      .execute();
    const claim = await unlinks.claim();
    if (!claim) throw new Error('nothing to unlink');
    await unlinks.end(claim.lease);
    expect(await sessionOf(lease.ids)).toMatchObject({ unlinks_left: 0, lease_owner: null, start_cause: 'unlinked' });
    await expect(unlinks.end(claim.lease)).rejects.toBeInstanceOf(LeaseLost);
    await expect(unlinks.again(claim.lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await unlinks.isWaiting(lease.ids.session)).toBe(false);
    expect(await unlinks.isWaiting(untouched.ids.session)).toBe(true);
  });

  test('an owner that unlinked its device itself says so, unless an account is active or another instance is at it', async () => {
    const [own, active, taken] = [await authenticated(), await authenticated(), await authenticated()];
    for (const { ids } of [own, taken]) await accounts.deactivate(ids, 'logout-asked');
    await database.kysely.updateTable('sessions').set({ unlinks_left: 3 }).execute();
    const claimed = { lease_owner: 'other' };
    await database.kysely.updateTable('sessions').set(claimed).where('id', '=', taken.ids.session).execute();
    await new Leases(database, 'one').release(active, 'instance-stopped');
    for (const { ids } of [own, active, taken]) await unlinks.done(ids);
    expect(await unlinks.isWaiting(own.ids.session)).toBe(false);
    expect(await unlinks.isWaiting(active.ids.session)).toBe(true);
    expect(await unlinks.isWaiting(taken.ids.session)).toBe(true);
  });

  test('a link whose code was shown may have been scanned; one without a code needs no unlinking', async () => {
    const [shown, never] = [await begun(), await begun()];
    await new LinkCodes(database).put(shown, 'qr', 'code');
    for (const { ids } of [shown, never]) await accounts.deactivate(ids, 'logout-asked');
    expect(await unlinks.isWaiting(shown.ids.session)).toBe(true);
    expect(await unlinks.isWaiting(never.ids.session)).toBe(false);
  });
});
