import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimDue } from '../../../src/service/claims/claim-due.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { engines } from '../../support/service-databases.ts';

interface WorkTables {
  work: { id: number; due_at: number; taken_by: string | null };
}

/** Takes at most `limit` rows for `owner`, the ones that have been due longest first; fails at row `failsAt`. */
function claimWork(database: Database<WorkTables>, owner: string, limit: number, failsAt?: number): Promise<number[]> {
  return claimDue(
    database,
    (kysely) =>
      kysely
        .selectFrom('work')
        .select('id')
        .where('taken_by', 'is', null)
        .where('due_at', '<=', database.now)
        .orderBy('due_at')
        .limit(limit),
    async (tx, { id }) => {
      await tx.updateTable('work').set({ taken_by: owner }).where('id', '=', id).execute();
      if (id === failsAt) throw new Error('the instance dies');
      return id;
    },
  );
}

describe.each(engines)('due work in %s', (name, newAddress) => {
  let one: Database<WorkTables>;
  let other: Database<WorkTables>;

  beforeEach(async () => {
    const address = await newAddress();
    one = await openDatabase<WorkTables>(address);
    other = await openDatabase<WorkTables>(address);
    const create = sql`create table work (id integer primary key, due_at bigint not null, taken_by varchar(20))`;
    await create.execute(one.kysely);
  });
  afterEach(() => Promise.all([one.close(), other.close()]));

  /** Replaces all work by one row per element, due or not. Returns the ids of the rows that are due. */
  async function fill(dues: readonly boolean[]): Promise<number[]> {
    await one.kysely.deleteFrom('work').execute();
    const rows = dues.map((isDue, id) => ({ id, due_at: isDue ? id : Number.MAX_SAFE_INTEGER, taken_by: null }));
    if (rows.length > 0) await one.kysely.insertInto('work').values(rows).execute();
    return rows.filter(({ id }) => dues[id]).map(({ id }) => id);
  }

  const taken = () => {
    const rows = one.kysely.selectFrom('work').select(['id', 'taken_by']).where('taken_by', 'is not', null);
    return rows.orderBy('id').execute();
  };

  async function takeAll(database: Database<WorkTables>, owner: string, limit: number) {
    const own: { id: number; taken_by: string }[] = [];
    for (;;) {
      const batch = await claimWork(database, owner, limit);
      expect(batch.length).toBeLessThanOrEqual(limit);
      if (batch.length === 0) return own;
      own.push(...batch.map((id) => ({ id, taken_by: owner })));
    }
  }

  test('exactly one of two instances takes each row, and neither takes a row that is not due', async () => {
    const dues = fc.array(fc.boolean(), { maxLength: 40 });
    const limit = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(dues, limit, limit, async (dues, ofOne, ofOther) => {
        const due = await fill(dues);
        const claimed = await Promise.all([takeAll(one, 'one', ofOne), takeAll(other, 'other', ofOther)]);
        const owned = claimed.flat().sort((a, b) => a.id - b.id);
        expect(owned.map(({ id }) => id)).toEqual(due);
        expect(owned).toEqual(await taken());
      }),
      { numRuns: 40 },
    );
  });

  test('an instance that fails while it takes work has taken none of it', async () => {
    const due = await fill([true, true, true]);
    await expect(claimWork(one, 'one', 3, 1)).rejects.toThrow('the instance dies');
    expect(await taken()).toEqual([]);
    expect(await claimWork(other, 'other', 3)).toEqual(due);
  });

  test('work is taken in the order of its query, and no more of it than asked for', async () => {
    await fill([true, false, true, true]);
    expect(await claimWork(one, 'one', 2)).toEqual([0, 2]);
  });

  // SQLite has one lock for all rows.
  test.runIf(name === 'MySQL')('work that another instance is taking is skipped', async () => {
    await fill([true, true]);
    await other.kysely.transaction().execute(async (tx) => {
      await tx.updateTable('work').set({ taken_by: 'other' }).where('id', '=', 0).execute();
      expect(await claimWork(one, 'one', 2)).toEqual([1]);
    });
  });

  test('an instance with nothing to do waits for no lock', async () => {
    await fill([false]);
    await other.kysely.transaction().execute(async (tx) => {
      await tx.updateTable('work').set({ due_at: 0 }).where('id', '=', 0).execute();
      expect(await claimWork(one, 'one', 1)).toEqual([]);
    });
    expect(await claimWork(one, 'one', 1)).toEqual([0]);
  });
});
