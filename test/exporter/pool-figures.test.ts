import { expect, test } from 'vitest';
import { PoolFigures } from '../../src/exporter/pool-figures.ts';
import { AccountPool } from '../../src/live/account-pool.ts';
import { dayMs, readLivePolicy } from '../../src/live/live-policy.ts';
import type { LiveTables } from '../../src/live/tables.ts';
import { Instruments } from '../../src/metrics/instruments.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { engines } from '../support/service-databases.ts';
import { advance, withClock } from '../support/simulated-clock.ts';

const policy = readLivePolicy();

test.each(engines)(
  'on %s the states of accounts and the days of their phones are those of the pool',
  async (_, newAddress) => {
    const database = await withClock(await openDatabase<LiveTables>(await newAddress()));
    const pool = new AccountPool(database, policy, [Buffer.alloc(32, 7)]);
    const instruments = new Instruments();
    const figures = new PoolFigures(database, instruments, policy);
    const read = async () => {
      await figures.refresh();
      const text = await instruments.registry.metrics();
      return text
        .split('\n')
        .filter((line) => /^wwebjs_live_(accounts|pool_stopped|breaker|incidents|phone)/.test(line));
    };
    expect(await read()).toEqual([]);

    const saved = { blob_name: 'live/anna/0-1', sha256: 'a'.repeat(64), bytes: 10 };
    for (const [i, name] of ['anna', 'ben', 'cleo', 'dora'].entries())
      await pool.add(
        name,
        { number: `1555010012${i}`, library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' },
        saved,
      );
    await advance(database, 8 * dayMs);
    await pool.phoneSeen('ben');
    await pool.request([{ kind: 'restore', account: 'ben' }]);
    await pool.setState('cleo', 'paused', 'on holiday');
    await pool.setState('dora', 'retired', 'logged-out');
    await pool.note('anna', 'restricted');
    await pool.note('anna', 'conflict');
    await pool.note('ben', 'conflict');
    await pool.note('dora', 'banned');
    await pool.note('cleo', 'conflict');
    await pool.note('cleo', 'resumed');
    await pool.stop('a number was banned');
    expect(await read()).toEqual([
      'wwebjs_live_accounts{state="active"} 0',
      'wwebjs_live_accounts{state="resting"} 2',
      'wwebjs_live_accounts{state="paused"} 1',
      'wwebjs_live_accounts{state="retired"} 1',
      'wwebjs_live_pool_stopped 1',
      'wwebjs_live_breaker_open 1',
      'wwebjs_live_incidents{kind="conflict"} 2',
      'wwebjs_live_incidents{kind="removed"} 0',
      'wwebjs_live_incidents{kind="restricted"} 1',
      'wwebjs_live_incidents{kind="temporary-ban"} 0',
      'wwebjs_live_incidents{kind="banned"} 1',
      'wwebjs_live_phone_reminder 1',
      `wwebjs_live_phone_unopened_seconds ${(8 * dayMs) / 1_000}`,
    ]);

    await advance(database, 6 * dayMs);
    await pool.stop(null);
    const after = await read();
    expect(after).toContain('wwebjs_live_phone_reminder 3');
    expect(after.filter((line) => /stopped|breaker|incidents/.test(line) && !line.endsWith(' 0'))).toEqual([]);
    await database.close();
  },
);
