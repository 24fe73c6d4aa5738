import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Host } from '../../../src/host/host.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { Lease, leaseMs } from '../../../src/service/leases/lease.ts';
import { LeaseKeeper } from '../../../src/service/leases/lease-keeper.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { accountId, SessionIds, sessionId, workspaceId } from '../../../src/service/session-ids.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const ids = SessionIds.of({ session: sessionId('s'), workspace: workspaceId('w'), account: accountId('a') });

async function newKeeper() {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { database } = await newServiceDatabase(newAddress);
  return { database, keeper: new LeaseKeeper(new Leases(database, 'one')) };
}

test('a lease that was not renewed in time is given up without asking the database', async () => {
  const { database, keeper } = await newKeeper();
  await database.close();
  const lost: string[] = [];
  const on = { onLost: (reason: string) => void lost.push(reason), onRenewed: () => {} };
  keeper.keep(new Lease(ids, 'one', 1), performance.now(), on);
  keeper.giveUpExpired();
  expect(lost).toEqual([]);
  keeper.keep(new Lease(ids, 'one', 2), performance.now() - leaseMs, on);
  keeper.giveUpExpired();
  keeper.giveUpExpired();
  expect(lost).toEqual(['expired']);
});

test('a lease that the database does not know is taken', async () => {
  const { database, keeper } = await newKeeper();
  const lost: string[] = [];
  keeper.keep(new Lease(ids, 'one', 1), performance.now(), {
    onLost: (reason) => void lost.push(reason),
    onRenewed: () => {},
  });
  await keeper.renew();
  expect(lost).toEqual(['taken']);
  await database.close();
});

describe('with a clock that is set by hand', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const safeMs = leaseMs - 3_000;

  async function newLease() {
    const [, newAddress] = engines[0] as (typeof engines)[0];
    const { database, workspace } = await newServiceDatabase(newAddress);
    const keeper = new LeaseKeeper(new Leases(database, 'one'));
    const links = new Links(database, 'one', () => {});
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    const { lease } = await links.begin(SessionIds.create(workspace), request);
    const lost: string[] = [];
    const renewed: number[] = [];
    keeper.keep(lease, performance.now(), {
      onLost: (reason) => void lost.push(reason),
      onRenewed: (restMs) => void renewed.push(restMs),
    });
    /** Milliseconds until the lease expires in the database, at least. */
    const restInDatabase = async () => {
      const { rest } = await database.kysely
        .selectFrom('sessions')
        .select(({ eb }) => eb('lease_expires_at', '-', database.now).as('rest'))
        .executeTakeFirstOrThrow();
      return Number(rest);
    };
    const setRestInDatabase = (ms: number) =>
      database.kysely
        .updateTable('sessions')
        .set(({ eb }) => ({ lease_expires_at: eb(database.now, '+', ms) }))
        .execute();
    return { database, keeper, lease, lost, renewed, restInDatabase, setRestInDatabase };
  }

  test('a lease is renewed after half of its time, and not before', async () => {
    const { database, keeper, lease, lost, renewed, restInDatabase, setRestInDatabase } = await newLease();
    await setRestInDatabase(10_000);
    vi.advanceTimersByTime(leaseMs / 2 - 1);
    await keeper.renew();
    expect(renewed).toEqual([]);
    expect(await restInDatabase()).toBeLessThanOrEqual(10_000);
    vi.advanceTimersByTime(1);
    await keeper.renew();
    expect(renewed).toEqual([safeMs]);
    expect(await restInDatabase()).toBeGreaterThan(20_000);
    expect(keeper.restMs(lease)).toBe(safeMs);
    await keeper.renew();
    expect(renewed).toEqual([safeMs]);
    vi.advanceTimersByTime(leaseMs / 2);
    await keeper.renew();
    expect(renewed).toEqual([safeMs, safeMs]);
    expect(lost).toEqual([]);
    await database.close();
  });

  test('a lease is safe for 27 s, then it is given up', async () => {
    const { database, keeper, lease, lost } = await newLease();
    expect(keeper.restMs(lease)).toBe(safeMs);
    vi.advanceTimersByTime(safeMs - 1);
    keeper.giveUpExpired();
    expect(keeper.restMs(lease)).toBe(1);
    expect(lost).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(keeper.restMs(lease)).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(keeper.restMs(lease)).toBe(0);
    keeper.giveUpExpired();
    expect(lost).toEqual(['expired']);
    await database.close();
  });

  test('a lease is given up at the very moment at which it is no longer safe', async () => {
    const { database, keeper, lost } = await newLease();
    vi.advanceTimersByTime(safeMs);
    keeper.giveUpExpired();
    expect(lost).toEqual(['expired']);
    await database.close();
  });

  test('the time of a lease is that of its own token', async () => {
    const { database, keeper, lease } = await newLease();
    const before = new Lease(lease.ids, 'one', lease.token - 1);
    expect(keeper.restMs(before)).toBe(0);
    expect(keeper.restMs(new Lease(ids, 'one', 1))).toBe(0);
    keeper.drop(before);
    keeper.drop(new Lease(ids, 'one', 1));
    expect(keeper.restMs(lease)).toBe(safeMs);
    await database.close();
  });

  test('a lease that was dropped is neither renewed nor lost', async () => {
    const { database, keeper, lease, lost, renewed } = await newLease();
    keeper.drop(lease);
    expect(keeper.restMs(lease)).toBe(0);
    vi.advanceTimersByTime(leaseMs);
    await keeper.renew();
    keeper.giveUpExpired();
    expect([lost, renewed]).toEqual([[], []]);
    await database.close();
  });

  test('a session that was claimed again while its old lease was looked up keeps the new one', async () => {
    const { database, keeper, lease, lost } = await newLease();
    await database.kysely
      .updateTable('sessions')
      .set({ lease_token: lease.token + 1 })
      .execute();
    const renewing = keeper.renew();
    const next = new Lease(lease.ids, 'one', lease.token + 1);
    keeper.keep(next, performance.now(), { onLost: () => void lost.push('next'), onRenewed: () => {} });
    await renewing;
    expect(lost).toEqual([]);
    expect(keeper.restMs(next)).toBe(safeMs);
    await database.close();
  });
});

test('a host whose parent gives it no more time says so and ends by itself', async () => {
  const seen: string[] = [];
  const host = new Host({ folder: temporaryFolder(), env: {}, onSeen: ({ type }) => void seen.push(type) });
  await host.calls.liveFor(100_000);
  await host.calls.liveFor(200);
  const began = performance.now();
  expect(await host.exited).toMatchObject({ signal: 'SIGKILL' });
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(seen).toEqual(['host:expired']);
});
