import { beforeEach, describe, expect, test } from 'vitest';
import { AccountPool, DeviceLost, NotAllowedYet } from '../../src/live/account-pool.ts';
import { dayMs, hourMs, readLivePolicy } from '../../src/live/live-policy.ts';
import type { LiveDatabase, LiveTables } from '../../src/live/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { engines } from '../support/service-databases.ts';
import { advance, simulationStart as start, withClock } from '../support/simulated-clock.ts';

const policy = readLivePolicy();
const key = Buffer.alloc(32, 7);
const saved = { blob_name: 'live/anna/0-1', sha256: 'a'.repeat(64), bytes: 10 };

describe.each(engines)('on %s', (_name, newAddress) => {
  let database: LiveDatabase;
  let pool: AccountPool;

  beforeEach(async () => {
    database = await withClock(await openDatabase<LiveTables>(await newAddress()));
    pool = new AccountPool(database, policy, [key]);
    await advance(database, -policy.restores.spacing);
    for (const [i, name] of ['anna', 'ben'].entries())
      await pool.add(name, { number: `1555010012${i}`, library: '1.34.7', browserMajor: 107 }, saved);
    await advance(database, policy.restores.spacing);
    return () => database.close();
  });

  test('an account is listed with its number, which the database has only sealed', async () => {
    expect(await pool.list()).toMatchObject([
      {
        name: 'anna',
        number: '15550100120',
        state: 'active',
        leasedBy: null,
        linkedAt: start - policy.restores.spacing,
      },
      { name: 'ben' },
    ]);
    const rows = await database.kysely.selectFrom('live_accounts').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('1555010012');
  });

  test('a device has one owner; another machine gets it when the lease is over, and then the first one can write no more', async () => {
    const [lease] = await pool.take(['anna'], 'one', 60_000);
    if (!lease) throw new Error('no lease');
    await expect(pool.take(['anna'], 'two', 60_000)).rejects.toThrow('one uses it');
    await advance(database, 59_000);
    await pool.renew(lease, 60_000);
    await advance(database, 59_000);
    await expect(pool.take(['anna'], 'two', 60_000)).rejects.toThrow('one uses it');
    await advance(database, 2_000);
    const [next] = await pool.take(['anna'], 'two', 60_000);
    expect(next?.token).toBe(lease.token + 1);
    await expect(pool.renew(lease, 60_000)).rejects.toThrow(DeviceLost);
    await expect(pool.keepProfile(lease, saved, 107)).rejects.toThrow(DeviceLost);
    await pool.release(lease);
    expect((await pool.find('anna')).leasedBy).toBe('two');
  });

  test('of two accounts both are leased or none', async () => {
    await pool.take(['ben'], 'one', 60_000);
    await expect(pool.take(['anna', 'ben'], 'two', 60_000)).rejects.toThrow(/account ben: .*: one uses it/);
    expect((await pool.find('anna')).leasedBy).toBeNull();
  });

  test('machines that ask at the same time never exceed a limit together', async () => {
    const others = Array.from({ length: 6 }, () => new AccountPool(database, policy, [key]));
    const asked = others.map((each) => each.request([{ kind: 'restore', account: 'anna' }]));
    const ended = await Promise.allSettled(asked);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = ended.find((each) => each.status === 'rejected')?.reason;
    expect(refused).toBeInstanceOf(NotAllowedYet);
    expect(refused).toMatchObject({ until: start + policy.restores.spacing });
    expect(refused.message).toContain('account anna: no restore before 2026-11-01T00:10:00.000Z');
  });

  test('two restores are allowed together, or neither is written down', async () => {
    await pool.request([{ kind: 'restore', account: 'ben' }]);
    const both = ['anna', 'ben'].map((account) => ({ kind: 'restore' as const, account }));
    await expect(pool.request(both)).rejects.toThrow('account ben');
    await pool.request([{ kind: 'restore', account: 'anna' }]);
  });

  test('forty restores a day is the most, over three simulated days', async () => {
    const done: number[] = [];
    for (let at = 0; at < 3 * dayMs; at += 5 * 60_000) {
      await pool.request([{ kind: 'restore', account: 'anna' }]).then(
        () => done.push(at),
        () => {},
      );
      await advance(database, 5 * 60_000);
    }
    const within = (ms: number) =>
      Math.max(...done.map((at) => done.filter((other) => other > at - ms && other <= at).length));
    expect([within(hourMs), within(dayMs)]).toEqual([4, 40]);
    expect(done.length).toBeGreaterThan(100);
  });

  test('a number of which the pool has enough devices gets no other, whatever it is called', async () => {
    const same = { number: '15550100120', library: '1.34.7', browserMajor: 107 };
    await advance(database, 2 * dayMs);
    await pool.add('anna-2', same, saved);
    await expect(pool.add('anna-3', same, saved)).rejects.toThrow('anna and anna-2 of this number');
    await expect(pool.add('anna', same, saved)).rejects.toThrow('there is one already');
    await expect(pool.add('Anna!', same, saved)).rejects.toThrow('a name has 1 to 64 characters');
  });

  test('of machines that add the same name at the same time one does, and each other gets the error that names it', async () => {
    const others = Array.from({ length: 4 }, () => new AccountPool(database, policy, [key]));
    const cleo = { number: '15550100129', library: '1.34.7', browserMajor: 107 };
    const ended = await Promise.allSettled(others.map((each) => each.add('cleo', cleo, saved)));
    const refused = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toHaveLength(3);
    for (const reason of refused)
      expect(reason).toMatchObject({ name: 'InputError', message: expect.stringContaining('there is one already') });
  });

  test('one switch stops everything, and says why', async () => {
    await pool.stop('a number was banned');
    await expect(pool.request([{ kind: 'message', account: 'ben' }])).rejects.toThrow(
      'no message until a person resumes it: the pool is stopped: a number was banned',
    );
    await pool.stop(null);
    await pool.request([{ kind: 'message', account: 'ben' }]);
  });

  test('what an account did counts after it was removed and added again', async () => {
    await pool.request([{ kind: 'qr', account: 'cleo' }], '15550100129');
    await pool.add('cleo', { number: '15550100129', library: '1.34.7', browserMajor: 107 }, saved);
    await pool.remove('cleo');
    await expect(pool.request([{ kind: 'qr', account: 'other' }], '15550100129')).rejects.toThrow(
      '1 of kind link within 1440 min are the limit',
    );
  });

  test('what was asked of a phone before its number was known counts for the number', async () => {
    await pool.request([{ kind: 'qr', account: 'cleo' }]);
    await pool.add('cleo', { number: '15550100129', library: '1.34.7', browserMajor: 107 }, saved);
    const rows = await database.kysely.selectFrom('live_events').selectAll().where('account', '=', 'cleo').execute();
    expect(rows.map(({ kind }) => kind)).toEqual(['qr', 'link']);
    expect(new Set(rows.map(({ number_key: key }) => key)).size).toBe(1);
    expect(rows[0]?.number_key).not.toBeNull();
  });

  test('a device that is in use is refused with the end of its lease', async () => {
    await pool.take(['anna'], 'one', 60_000);
    const refused = pool.take(['anna'], 'two', 60_000);
    await expect(refused).rejects.toMatchObject({ name: 'NotAllowedYet', until: start + 60_000 });
    await expect(refused).rejects.toThrow('account anna: no restore before 2026-11-01T00:01:00.000Z: one uses it');
  });

  test('the accounts that may not be started now are named with the reason and the end', async () => {
    await pool.request([{ kind: 'restore', account: 'ben' }]);
    const until = start + policy.restores.spacing;
    expect([...(await pool.resting())]).toEqual([['ben', { until, why: expect.stringContaining('was started') }]]);
  });

  test('an account that a person has paused while it was linked anew stays paused', async () => {
    await pool.setState('anna', 'retired', 'logged-out');
    await pool.setState('ben', 'paused', 'on holiday');
    for (const name of ['anna', 'ben']) await pool.reinstate(name);
    expect(await pool.list()).toMatchObject([{ state: 'active', stateCause: null }, { state: 'paused' }]);
  });

  test('a machine with another key gets one error that names the account and the key', async () => {
    const other = new AccountPool(database, policy, [Buffer.alloc(32, 8)]);
    await expect(other.list()).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/account anna: .*WWEBJS_CANARY_SEAL_KEY/),
    });
  });

  test('an account that is paused or used is not taken, one that does not exist is named with those that do', async () => {
    await pool.setState('anna', 'paused', 'on holiday');
    await expect(pool.take(['anna'], 'one', 60_000)).rejects.toThrow('it is paused: on holiday');
    await expect(pool.find('cleo')).rejects.toThrow('there is no such account; there are anna, ben');
    await pool.take(['ben'], 'one', 60_000);
    await expect(pool.remove('ben')).rejects.toThrow('one uses it');
  });
});
