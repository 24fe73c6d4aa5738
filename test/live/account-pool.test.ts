import { beforeEach, describe, expect, test } from 'vitest';
import { AccountPool } from '../../src/live/account-pool.ts';
import { type DeviceLease, DeviceLost } from '../../src/live/device-leases.ts';
import type { PoolEventKind } from '../../src/live/limits.ts';
import { dayMs, hourMs, readLivePolicy } from '../../src/live/live-policy.ts';
import { NotAllowedYet } from '../../src/live/not-allowed-yet.ts';
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
      await pool.add(
        name,
        { number: `1555010012${i}`, library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
        saved,
      );
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
    const [lease] = await pool.leases.take(['anna'], 'one', 60_000);
    if (!lease) throw new Error('no lease');
    await expect(pool.leases.take(['anna'], 'two', 60_000)).rejects.toThrow('one uses it');
    await advance(database, 59_000);
    await pool.leases.renew(lease, 60_000);
    await advance(database, 59_000);
    await expect(pool.leases.take(['anna'], 'two', 60_000)).rejects.toThrow('one uses it');
    await advance(database, 2_000);
    const [next] = await pool.leases.take(['anna'], 'two', 60_000);
    expect(next?.token).toBe(lease.token + 1);
    await expect(pool.leases.renew(lease, 60_000)).rejects.toThrow(DeviceLost);
    await expect(pool.leases.keepProfile(lease, saved, null)).rejects.toThrow(DeviceLost);
    await pool.leases.release(lease);
    expect((await pool.find('anna')).leasedBy).toBe('two');
  });

  test('of two accounts both are leased or none', async () => {
    await pool.leases.take(['ben'], 'one', 60_000);
    await expect(pool.leases.take(['anna', 'ben'], 'two', 60_000)).rejects.toThrow(/account ben: .*: one uses it/);
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
    const same = { number: '15550100120', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' };
    await advance(database, 2 * dayMs);
    await pool.add('anna-2', same, saved);
    await expect(pool.add('anna-3', same, saved)).rejects.toThrow('anna and anna-2 of this number');
    await expect(pool.add('anna', same, saved)).rejects.toThrow('there is one already');
    await expect(pool.add('Anna!', same, saved)).rejects.toThrow('a name has 1 to 64 characters');
  });

  test('a name with a phone number in it is refused, since records and logs have the name', async () => {
    for (const name of ['15550100123', 'anna-15550100123', '5550100'])
      await expect(pool.checkNew(name, null)).rejects.toThrow('it has no phone number in it');
    await pool.checkNew('anna-202611', null);
  });

  test('of machines that add the same name at the same time one does, and each other gets the error that names it', async () => {
    const others = Array.from({ length: 4 }, () => new AccountPool(database, policy, [key]));
    const cleo = { number: '15550100129', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' };
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
    await pool.request([{ kind: 'qr', account: 'cleo' }], { number: '15550100129' });
    await pool.add(
      'cleo',
      { number: '15550100129', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
      saved,
    );
    await pool.remove('cleo');
    await expect(pool.request([{ kind: 'qr', account: 'other' }], { number: '15550100129' })).rejects.toThrow(
      '1 of kind link within 1440 min are the limit',
    );
  });

  test('what was asked of a phone before its number was known counts for the number', async () => {
    await pool.request([{ kind: 'qr', account: 'cleo' }]);
    await pool.add(
      'cleo',
      { number: '15550100129', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
      saved,
    );
    const rows = await database.kysely.selectFrom('live_events').selectAll().where('account', '=', 'cleo').execute();
    expect(rows.map(({ kind }) => kind)).toEqual(['qr', 'link']);
    expect(new Set(rows.map(({ number_key: key }) => key)).size).toBe(1);
    expect(rows[0]?.number_key).not.toBeNull();
  });

  test('a device that is in use is refused with the end of its lease', async () => {
    await pool.leases.take(['anna'], 'one', 60_000);
    const refused = pool.leases.take(['anna'], 'two', 60_000);
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
    await pool.setState('ben', 'retired', 'logged-out');
    const leases = await pool.leases.take(['anna', 'ben'], 'one', 60_000, 'qr');
    await pool.setState('ben', 'paused', 'on holiday');
    for (const lease of leases) await pool.leases.reinstate(lease);
    expect(await pool.list()).toMatchObject([{ state: 'active', stateCause: null }, { state: 'paused' }]);
  });

  describe('two owners of one device', () => {
    let first: DeviceLease;
    let second: DeviceLease;
    const eventsOf = async (name: string) => {
      const rows = await database.kysely.selectFrom('live_events').selectAll().where('account', '=', name).execute();
      return rows.map(({ kind }) => kind).slice(1);
    };

    beforeEach(async () => {
      [first] = (await pool.leases.take(['anna'], 'one', 60_000)) as [DeviceLease];
      await advance(database, 61_000);
      [second] = (await pool.leases.take(['anna'], 'two', 60_000)) as [DeviceLease];
    });

    test('of the first one events are kept that stay true of the number, and no state', async () => {
      const stays = [
        'removed',
        'temporary-ban',
        'restricted',
        'banned',
        'code-refused',
        'link',
        'site-refused',
      ] as const;
      const ofDevice = ['connected', 'conflict', 'failed', 'not-linked'] as const;
      const events = [...stays, ...ofDevice].map((kind: PoolEventKind) => ({ kind, until: null }));
      const before = await pool.find('anna');
      expect(await pool.leases.settle(first, events, 'logged-out')).toBe(false);
      expect(await eventsOf('anna')).toEqual(stays);
      expect(await pool.find('anna')).toEqual(before);
      expect(await pool.leases.settle(second, events, 'logged-out')).toBe(true);
      expect(await eventsOf('anna')).toEqual([...stays, ...stays, ...ofDevice]);
      expect(await pool.find('anna')).toMatchObject({ state: 'retired', stateCause: 'logged-out' });
    });

    test('the first one can neither start, renew, keep a profile nor reinstate; the second one can', async () => {
      const chromium = { browserMajor: 108, browserProduct: 'Chromium' };
      const writes = (lease: DeviceLease) => [
        () => pool.request([{ kind: 'restore', account: 'anna' }], { leases: [lease] }),
        () => pool.leases.renew(lease, 60_000),
        () => pool.leases.keepProfile(lease, { ...saved, blob_name: 'live/anna/other' }, chromium),
        () => pool.leases.reinstate(lease),
      ];
      const rows = () => database.kysely.selectFrom('live_accounts').selectAll().orderBy('name').execute();
      const before = [await rows(), await eventsOf('anna')];
      for (const write of writes(first)) await expect(write()).rejects.toThrow(DeviceLost);
      expect([await rows(), await eventsOf('anna')]).toEqual(before);
      for (const write of writes(second)) await write();
      expect(await rows()).toMatchObject([
        { blob_name: 'live/anna/other', browser_major: 108, browser_product: 'Chromium' },
        {},
      ]);
    });
  });

  test('what uses an account has to end when the pool is stopped or that account is paused, and for no other reason', async () => {
    const why = () => pool.haltedBecause(['ben']);
    await pool.setState('anna', 'paused', 'a holiday');
    await pool.setState('ben', 'retired', 'logged-out');
    expect(await why()).toBeNull();
    await pool.setState('ben', 'paused', 'a holiday');
    expect(await why()).toBe('account ben is paused: a holiday');
    await pool.stop('a ban');
    expect(await why()).toBe('the pool is stopped: a ban');
    await pool.stop(null);
    await pool.setState('ben', 'active', null);
    expect(await why()).toBeNull();
  });

  describe('a number that is known only after the scan', () => {
    const number = '15550100129';
    const asked = (account: string, kind: 'qr' | 'code') => pool.request([{ kind, account }]);

    test('is refused for whatever the limits of the number would have refused, and counts', async () => {
      const cases: [PoolEventKind, 'qr' | 'code', string][] = [
        ['link', 'qr', '1 of kind link'],
        ['unlink', 'qr', 'the number was unlinked'],
        ['banned', 'qr', 'WhatsApp has banned the number'],
        ['temporary-ban', 'qr', 'WhatsApp banned the number for a time'],
        ['restricted', 'qr', 'WhatsApp restricts the number'],
        ['removed', 'qr', 'WhatsApp removed the device'],
        ['code-refused', 'code', 'WhatsApp refused a pairing code'],
      ];
      const open = new AccountPool(database, { ...policy, breaker: { ...policy.breaker, numbers: 99 } }, [key]);
      for (const [i, [event, kind, why]] of cases.entries()) {
        const own = `1555010019${i}`;
        await open.note('other', event, null, own);
        await open.request([{ kind, account: `c${i}` }]);
        await expect(open.recognize(`c${i}`, kind, own), event).rejects.toThrow(why);
      }
      const rows = await database.kysely
        .selectFrom('live_events')
        .selectAll()
        .where('account', '!=', 'other')
        .execute();
      expect(rows.filter(({ number_key }) => number_key === null)).toEqual([]);
    });

    test('is refused where the pool has enough devices of it, and where a person has stopped the pool', async () => {
      for (const name of ['c1', 'c2'])
        await pool.add(name, { number, library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' }, saved);
      await advance(database, 2 * dayMs);
      await asked('cleo', 'qr');
      await expect(pool.recognize('cleo', 'qr', number)).rejects.toThrow('the pool has c1 and c2 of this number');
      await pool.stop('a ban');
      await expect(pool.recognize('cleo', 'qr', number)).rejects.toThrow('the pool is stopped: a ban');
    });

    test('and that nothing stands against is not refused for its own scan', async () => {
      await asked('cleo', 'qr');
      await pool.recognize('cleo', 'qr', number);
      await pool.add('cleo', { number, library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' }, saved);
      expect(await pool.find('cleo')).toMatchObject({ number, state: 'active' });
    });

    test('counts each code that was shown under another name', async () => {
      for (const name of ['c1', 'c2', 'c3']) {
        await asked(name, 'qr');
        await pool.note(name, 'not-linked');
        await pool.recognize(name, 'qr', number);
      }
      await asked('cleo', 'qr');
      await expect(pool.recognize('cleo', 'qr', number)).rejects.toThrow('3 of kind qr within 1440 min');
    });
  });

  describe('the key', () => {
    const other = Buffer.alloc(32, 8);
    const tables = async () => ({
      accounts: await database.kysely.selectFrom('live_accounts').selectAll().orderBy('name').execute(),
      pool: await database.kysely.selectFrom('live_pool').selectAll().execute(),
    });

    test('of another machine gets one error that names account and key, changes nothing, and hinders no stop', async () => {
      const wrong = new AccountPool(database, policy, [other]);
      const before = await tables();
      const message = expect.stringMatching(/account anna: its number is sealed with a key .*WWEBJS_CANARY_SEAL_KEY/);
      for (const use of [
        () => wrong.list(),
        () => wrong.find('anna'),
        () => wrong.leases.take(['anna'], 'one', 60_000),
        () => wrong.sealAnew(),
      ])
        await expect(use()).rejects.toMatchObject({ name: 'InputError', message });
      await expect(wrong.checkNew('cleo', null)).rejects.toMatchObject({
        message: expect.stringContaining('the pool is sealed'),
      });
      expect(await tables()).toEqual(before);
      expect(await wrong.listSealed()).toMatchObject([{ name: 'anna', isReadable: false }, { name: 'ben' }]);
      expect(await pool.listSealed()).toMatchObject([{ isReadable: true }, { isReadable: true }]);
      await wrong.setState('anna', 'paused', 'a holiday');
      await wrong.stop('a ban');
      await wrong.remove('ben');
      expect(await pool.list()).toMatchObject([{ name: 'anna', state: 'paused' }]);
    });

    test('is changed without a pause, and the limits of a number that was removed before go on', async () => {
      await pool.remove('ben');
      const both = new AccountPool(database, policy, [other, key]);
      await both.sealAnew();
      const rotated = new AccountPool(database, policy, [other]);
      expect(await rotated.list()).toMatchObject([{ name: 'anna', number: '15550100120' }]);
      await expect(pool.list()).rejects.toThrow('account anna: its number is sealed with a key');
      await rotated.request([{ kind: 'qr', account: 'new' }]);
      await expect(rotated.recognize('new', 'qr', '15550100121')).rejects.toThrow('no qr before');
      await advance(database, 2 * dayMs);
      await rotated.add(
        'anna-2',
        { number: '15550100120', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
        saved,
      );
      await expect(rotated.checkNew('anna-3', '15550100120')).rejects.toThrow('the pool has anna and anna-2');
    });

    test('may be lost: when the last account is removed, another key begins', async () => {
      const lost = new AccountPool(database, policy, [other]);
      for (const name of ['anna', 'ben']) await lost.remove(name);
      await lost.checkNew('cleo', '15550100129');
      await lost.add(
        'cleo',
        { number: '15550100129', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
        saved,
      );
      expect(await lost.find('cleo')).toMatchObject({ number: '15550100129' });
    });
  });

  test('an account that is paused or used is not taken, one that does not exist is named with those that do', async () => {
    await pool.setState('anna', 'paused', 'on holiday');
    await expect(pool.leases.take(['anna'], 'one', 60_000)).rejects.toThrow('it is paused: on holiday');
    await expect(pool.find('cleo')).rejects.toThrow('there is no such account; there are anna, ben');
    await pool.leases.take(['ben'], 'one', 60_000);
    await expect(pool.remove('ben')).rejects.toThrow('one uses it');
  });
});
