import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/store/database/database.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { engines } from '../../support/service-databases.ts';
import { claimWork, type WorkTables } from './claim-work.ts';

describe.each(engines)('due work in %s', (name, newAddress) => {
  let address: string;
  let database: Database<WorkTables>;

  beforeEach(async () => {
    address = await newAddress();
    database = await openDatabase<WorkTables>(address);
    const create = sql`create table work (id integer primary key, due_at bigint not null, taken_by varchar(20))`;
    await create.execute(database.kysely);
  });
  afterEach(() => database.close());

  /** Work in place of what was there; row by row whether it is due. Returns the ids of the rows that are. */
  async function fill(dues: readonly boolean[]): Promise<number[]> {
    await database.kysely.deleteFrom('work').execute();
    const rows = dues.map((isDue, id) => ({ id, due_at: isDue ? id : Number.MAX_SAFE_INTEGER, taken_by: null }));
    if (rows.length > 0) await database.kysely.insertInto('work').values(rows).execute();
    return rows.filter(({ id }) => dues[id]).map(({ id }) => id);
  }

  const taken = () => {
    const rows = database.kysely.selectFrom('work').select(['id', 'taken_by']).where('taken_by', 'is not', null);
    return rows.orderBy('id').execute();
  };

  async function startInstance(name: string): Promise<Worker> {
    const worker = new Worker(new URL('claiming-instance.ts', import.meta.url), { workerData: { address, name } });
    await once(worker, 'message');
    return worker;
  }

  async function takeAll(instance: Worker, limit: number): Promise<number[][]> {
    instance.postMessage(limit);
    const [batches] = await once(instance, 'message');
    return batches;
  }

  test('of two instances exactly one takes each row, and neither takes what is not due', async () => {
    const names = ['one', 'other'] as const;
    const instances = await Promise.all(names.map(startInstance));
    const dues = fc.array(fc.boolean(), { maxLength: 40 });
    const limit = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(dues, fc.tuple(limit, limit), async (dues, limits) => {
        const due = await fill(dues);
        const claims = await Promise.all(instances.map((instance, i) => takeAll(instance, limits[i] as number)));
        claims.forEach((batches, i) => {
          for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(limits[i] as number);
        });
        const owned = claims.flatMap((batches, i) => batches.flat().map((id) => ({ id, taken_by: names[i] })));
        expect(owned.map(({ id }) => id).sort((a, b) => a - b)).toEqual(due);
        expect(owned.sort((a, b) => a.id - b.id)).toEqual(await taken());
      }),
      { numRuns: 40 },
    );
    for (const instance of instances) {
      instance.postMessage('close');
      await once(instance, 'exit');
    }
  });

  test('an instance that fails while it takes work has taken none of it', async () => {
    const due = await fill([true, true, true]);
    await expect(claimWork(database, 'one', 3, 1)).rejects.toThrow('the instance dies');
    expect(await taken()).toEqual([]);
    expect(await claimWork(database, 'other', 3)).toEqual(due);
  });

  test('work is taken in the order of its query, and no more of it than asked for', async () => {
    await fill([true, false, true, true]);
    expect(await claimWork(database, 'one', 2)).toEqual([0, 2]);
  });

  // SQLite has one lock for all rows.
  test.runIf(name === 'MySQL')('work that another instance is taking is skipped', async () => {
    await fill([true, true]);
    const other = await openDatabase<WorkTables>(address);
    await other.kysely.transaction().execute(async (tx) => {
      await tx.updateTable('work').set({ taken_by: 'other' }).where('id', '=', 0).execute();
      expect(await claimWork(database, 'one', 2)).toEqual([1]);
    });
    await other.close();
  });

  test('an instance with nothing to do waits for no lock', async () => {
    await fill([false]);
    const other = await openDatabase<WorkTables>(address);
    await other.kysely.transaction().execute(async (tx) => {
      await tx.updateTable('work').set({ due_at: 0 }).where('id', '=', 0).execute();
      expect(await claimWork(database, 'one', 1)).toEqual([]);
    });
    await other.close();
    expect(await claimWork(database, 'one', 1)).toEqual([0]);
  });
});
