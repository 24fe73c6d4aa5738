import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccountStatus, accountStatuses } from '../../src/contracts/service-states.ts';
import type { ServiceDatabase, ServiceTables } from '../../src/service/tables.ts';
import { isDuplicate, isRuleBroken } from '../../src/store/database/database-errors.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { engines } from '../support/service-databases.ts';

/** How an account gets from its first status to each of the others. */
const ways: Record<AccountStatus, AccountStatus[]> = {
  qr_scanning: [],
  authenticated: ['authenticated'],
  connected: ['authenticated', 'connected'],
  disconnected: ['authenticated', 'disconnected'],
  inactive: ['inactive'],
  failed: ['failed'],
};

const legal: Record<AccountStatus, AccountStatus[]> = {
  qr_scanning: ['authenticated', 'failed', 'inactive'],
  authenticated: ['connected', 'disconnected', 'failed', 'inactive'],
  connected: ['disconnected', 'failed', 'inactive'],
  disconnected: ['authenticated', 'failed', 'inactive'],
  inactive: [],
  failed: ['disconnected', 'inactive'],
};

describe.each(engines)('the schema in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let count = 0;

  beforeAll(async () => {
    database = await openDatabase<ServiceTables>(await newAddress());
    await database.kysely.insertInto('workspaces').values({ id: 'w', name: 'W', created_at: 0 }).execute();
  });
  afterAll(() => database.close());

  async function newAccount(values: { phone?: string; status?: AccountStatus } = {}): Promise<string> {
    const id = `account-${++count}`;
    const row = {
      id,
      workspace_id: 'w',
      session_id: `session-${count}`,
      phone: null,
      status: 'qr_scanning' as const,
      status_cause: 'test',
      status_since: 0,
      library: '1.34.7',
      library_pin: null,
      instance_id: 'i',
      lease_token: 0,
      created_at: 0,
      deleted_at: null,
    };
    await database.kysely
      .insertInto('whatsapp_accounts')
      .values({ ...row, ...values })
      .execute();
    return id;
  }

  const set = (id: string, values: object) =>
    database.kysely.updateTable('whatsapp_accounts').set(values).where('id', '=', id).execute();

  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  test.each(accountStatuses)('%s is followed by legal statuses only', async (from) => {
    for (const to of accountStatuses.filter((status) => status !== from)) {
      const id = await newAccount();
      for (const status of ways[from]) await set(id, { status });
      const error = await errorOf(set(id, { status: to }));
      if (legal[from].includes(to)) expect(error, `${from} -> ${to}`).toBeNull();
      else expect(isRuleBroken(error), `${from} -> ${to}`).toBe(true);
    }
  });

  test('an account begins with qr_scanning', async () => {
    for (const status of accountStatuses.filter((status) => status !== 'qr_scanning')) {
      expect(isRuleBroken(await errorOf(newAccount({ status }))), status).toBe(true);
    }
  });

  test('one active account has a number of a workspace, any number of others had it', async () => {
    const phone = '15550100001';
    for (let i = 0; i < 3; i++) {
      const id = await newAccount({ phone });
      expect(isDuplicate(await errorOf(newAccount({ phone })))).toBe(true);
      await set(id, { status: i === 1 ? 'failed' : 'inactive' });
    }
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    const id = await newAccount({ phone });
    expect(isRuleBroken(await errorOf(set(id, { workspace_id: 'other' })))).toBe(true);
  });

  test('every change of status is in the history with the time spent before it', async () => {
    const id = await newAccount();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await set(id, { status: 'authenticated', status_cause: 'scanned', lease_token: 3 });
    const rows = await database.kysely
      .selectFrom('account_history')
      .selectAll()
      .where('account_id', '=', id)
      .orderBy('seq')
      .execute();
    expect(rows).toMatchObject([
      { from_status: 'none', to_status: 'qr_scanning', cause: 'test', duration_ms: 0 },
      { from_status: 'qr_scanning', to_status: 'authenticated', cause: 'scanned', lease_token: 3, library: '1.34.7' },
    ]);
    expect(rows[1]?.duration_ms).toBeGreaterThanOrEqual(25);
    expect(rows[1]?.duration_ms).toBeLessThan(10_000);
    expect(Math.abs((rows[1]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('a change of status is written down under the build that the page had said until then', async () => {
    const id = await newAccount();
    await set(id, { build: '2.3000.1' });
    await set(id, { status: 'authenticated' });
    await set(id, { status: 'connected', build: '2.3000.2' });
    await set(id, { build: null });
    await set(id, { status: 'disconnected' });
    const { kysely } = database;
    const builds = async (table: 'account_history' | 'link_ends') =>
      (await kysely.selectFrom(table).select('build').where('account_id', '=', id).orderBy('seq').execute()).map(
        ({ build }) => build,
      );
    expect(await builds('account_history')).toEqual([null, '2.3000.1', '2.3000.2', null]);
    expect(await builds('link_ends')).toEqual(['2.3000.2']);
  });

  test('the history cannot be changed or deleted, nor an account that has one', async () => {
    const id = await newAccount();
    const { kysely } = database;
    const rewrite = kysely.updateTable('account_history').set({ cause: 'x' }).where('account_id', '=', id).execute();
    expect(isRuleBroken(await errorOf(rewrite))).toBe(true);
    const erase = kysely.deleteFrom('account_history').where('account_id', '=', id).execute();
    expect(isRuleBroken(await errorOf(erase))).toBe(true);
    expect(await errorOf(kysely.deleteFrom('whatsapp_accounts').where('id', '=', id).execute())).not.toBeNull();
  });

  test('a write under an older fencing token is refused', async () => {
    const id = await newAccount();
    await set(id, { lease_token: 5 });
    expect(isRuleBroken(await errorOf(set(id, { lease_token: 4, phone: '15550100002' })))).toBe(true);
    await set(id, { lease_token: 5, phone: '15550100002' });
  });

  test('the clock of the database is the present in milliseconds', async () => {
    const { rows } = await sql<{ now: number }>`select ${database.now} as now`.execute(database.kysely);
    expect(Math.abs(Number(rows[0]?.now) - Date.now())).toBeLessThan(5_000);
  });
});
