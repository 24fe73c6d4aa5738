import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AccountPool } from '../../src/live/account-pool.ts';
import type { DeviceLease } from '../../src/live/device-leases.ts';
import { beforeEndMs, LeaseWatch, waitingLeaseMs } from '../../src/live/lease-watch.ts';
import { readLivePolicy } from '../../src/live/live-policy.ts';
import type { LiveTables } from '../../src/live/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const everyMs = 20;

async function pooled() {
  const database = await openDatabase<LiveTables>(`sqlite:${join(temporaryFolder(), 'store.sqlite')}`);
  const pool = new AccountPool(database, readLivePolicy(), [Buffer.alloc(32, 7)]);
  const saved = { blob_name: 'live/anna/0-1', sha256: 'a'.repeat(64), bytes: 10 };
  await pool.add(
    'anna',
    { number: '15550100120', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
    saved,
  );
  return { database, pool };
}

test('a lease is renewed as long as the database answers, and given up before its end when it never answers again', async () => {
  const { database, pool } = await pooled();
  const ms = beforeEndMs + 1_500;
  const watch = new LeaseWatch(pool, { leases: await pool.leases.take(['anna'], 'one', ms), ms, heartbeatMs: everyMs });
  const end = async () =>
    (await database.kysely.selectFrom('live_accounts').select('lease_expires_at').executeTakeFirstOrThrow())
      .lease_expires_at;
  const first = await end();
  await expect.poll(end, { timeout: 5_000 }).toBeGreaterThan(first + 5 * everyMs);
  expect(watch.over.aborted).toBe(false);

  const answer = Promise.withResolvers<void>();
  const silent = database.transaction(() => answer.promise);
  await expect.poll(() => watch.over.aborted, { timeout: 5_000 }).toBe(true);
  expect(watch.over.reason).toMatchObject({ code: 'lease-lost' });
  watch.end();
  answer.resolve();
  await silent;
  await database.close();
});

test('a device that waits is free again two minutes after a crash, and one that is used after the time of its attempt', async () => {
  const { database, pool } = await pooled();
  const leases = await pool.leases.take(['anna'], 'one', waitingLeaseMs);
  const lasts = async () => ((await pool.find('anna')).leasedUntil ?? 0) - (await pool.now());
  expect(await lasts()).toBeLessThanOrEqual(120_000);
  const watch = new LeaseWatch(pool, { leases, ms: waitingLeaseMs, heartbeatMs: everyMs });
  await watch.extend(600_000);
  // Renewals that were under way when it was extended do not shorten it.
  for (let look = 0; look < 10; look++) {
    await sleep(everyMs);
    expect(await lasts()).toBeGreaterThan(590_000);
  }
  watch.end();
  await pool.leases.release(leases[0] as DeviceLease);
  await expect(watch.extend(600_000)).rejects.toMatchObject({ code: 'lease-lost' });
  await database.close();
});

test.each<[string, (pool: AccountPool) => Promise<void>]>([
  ['the pool is stopped: a ban', (pool) => pool.stop('a ban')],
  ['account anna is paused: a ban', (pool) => pool.setState('anna', 'paused', 'a ban')],
])('an attempt that runs ends soon since %s, and still has its lease', async (message, stop) => {
  const { database, pool } = await pooled();
  const ms = beforeEndMs + 60_000;
  const [lease] = await pool.leases.take(['anna'], 'one', ms);
  if (!lease) throw new Error('no lease');
  const watch = new LeaseWatch(pool, { leases: [lease], ms, heartbeatMs: everyMs });
  await stop(pool);
  await expect.poll(() => watch.over.aborted, { timeout: 5_000 }).toBe(true);
  expect(watch.over.reason).toMatchObject({ code: 'limit-reached', message });
  watch.end();
  await pool.leases.renew(lease, ms);
  await database.close();
});
