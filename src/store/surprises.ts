import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A cell that did something unexpected. Times are milliseconds since 1970. */
export interface Surprise {
  /** As `cellKey` gives it. */
  cell: string;
  since: number;
  runId: string;
  /** What was seen, as one sentence. */
  seen: string;
  /** Null while it lasts. */
  overAt: number | null;
}

/** The repository of the table `surprises`: those that last, and those whose beginning or end was not notified yet. */
export class Surprises {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** The cell did something unexpected, again or for the first time. */
  async seen(surprise: Omit<Surprise, 'overAt'>): Promise<void> {
    const { cell, since, runId, seen } = surprise;
    await this.#db
      .insertInto('surprises')
      .values({ cell, since, run_id: runId, seen, over_at: null })
      .onConflict((conflict) => conflict.column('cell').doUpdateSet({ over_at: null, seen }))
      .execute();
  }

  /** The cell did as expected. A surprise that was not notified is removed without a notification. */
  async over(cell: string, at: number): Promise<void> {
    await this.#db.deleteFrom('surprises').where('cell', '=', cell).where('told_begin', '=', 0).execute();
    await this.#db
      .updateTable('surprises')
      .set({ over_at: at })
      .where('cell', '=', cell)
      .where('over_at', 'is', null)
      .execute();
  }

  /** The cells of those that are not over. */
  async lasting(): Promise<string[]> {
    const rows = await this.#db.selectFrom('surprises').select('cell').where('over_at', 'is', null).execute();
    return rows.map(({ cell }) => cell);
  }

  /** Beginnings and ends that were not notified yet. */
  async notNotified(): Promise<Surprise[]> {
    const rows = await this.#db
      .selectFrom('surprises')
      .selectAll()
      .where((where) => where.or([where('told_begin', '=', 0), where('over_at', 'is not', null)]))
      .orderBy('since')
      .orderBy('cell')
      .execute();
    return rows.map(({ cell, since, run_id, seen, over_at }) => ({
      cell,
      since,
      runId: run_id,
      seen,
      overAt: over_at,
    }));
  }

  /** Marks its beginning, or its end, as notified. False where another process has done it in the meantime. */
  async markNotified({ cell, overAt }: Surprise): Promise<boolean> {
    if (overAt !== null) {
      const ended = this.#db.deleteFrom('surprises').where('cell', '=', cell).where('over_at', '=', overAt);
      return (await ended.executeTakeFirst()).numDeletedRows > 0n;
    }
    const begun = this.#db.updateTable('surprises').where('cell', '=', cell).where('told_begin', '=', 0);
    return (await begun.set({ told_begin: 1 }).executeTakeFirst()).numUpdatedRows > 0n;
  }

  /** Takes `markNotified` back. */
  async markRefused({ cell, since, runId, seen, overAt }: Surprise): Promise<void> {
    if (overAt === null) {
      await this.#db.updateTable('surprises').set({ told_begin: 0 }).where('cell', '=', cell).execute();
      return;
    }
    const row = { cell, since, run_id: runId, seen, over_at: overAt, told_begin: 1 };
    await this.#db.insertInto('surprises').values(row).execute();
  }
}
