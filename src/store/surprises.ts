import type { Kysely } from 'kysely';
import type { SurpriseScope, Tables } from './tables.ts';

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

/**
 * The repository of the table `surprises`: those that last, and those whose beginning or end was not notified yet. It sees only the rows of
 * its scope, so that no command ends or sends what another one began.
 */
export class Surprises {
  readonly #db: Kysely<Tables>;
  readonly #scope: SurpriseScope;

  constructor(db: Kysely<Tables>, scope: SurpriseScope) {
    this.#db = db;
    this.#scope = scope;
  }

  /** The cell did something unexpected, again or for the first time. */
  async seen(surprise: Omit<Surprise, 'overAt'>): Promise<void> {
    const { cell, since, runId, seen } = surprise;
    await this.#db
      .insertInto('surprises')
      .values({ scope: this.#scope, cell, since, run_id: runId, seen, over_at: null })
      .onConflict((conflict) => conflict.columns(['scope', 'cell']).doUpdateSet({ over_at: null, seen }))
      .execute();
  }

  /** The cell did as expected. A surprise that was not notified is removed without a notification. */
  async over(cell: string, at: number): Promise<void> {
    await this.#removed(cell).where('told_begin', '=', 0).execute();
    await this.#changed(cell).set({ over_at: at }).where('over_at', 'is', null).execute();
  }

  /** The cells of those that are not over. */
  async lasting(): Promise<string[]> {
    const rows = await this.#selected().select('cell').where('over_at', 'is', null).execute();
    return rows.map(({ cell }) => cell);
  }

  /** Beginnings and ends that were not notified yet. */
  async notNotified(): Promise<Surprise[]> {
    const rows = await this.#selected()
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
      const ended = this.#removed(cell).where('over_at', '=', overAt);
      return (await ended.executeTakeFirst()).numDeletedRows > 0n;
    }
    const begun = this.#changed(cell).set({ told_begin: 1 }).where('told_begin', '=', 0);
    return (await begun.executeTakeFirst()).numUpdatedRows > 0n;
  }

  /** Takes `markNotified` back. */
  async markRefused({ cell, since, runId, seen, overAt }: Surprise): Promise<void> {
    if (overAt === null) {
      await this.#changed(cell).set({ told_begin: 0 }).execute();
      return;
    }
    const row = { scope: this.#scope, cell, since, run_id: runId, seen, over_at: overAt, told_begin: 1 };
    await this.#db.insertInto('surprises').values(row).execute();
  }

  #selected() {
    return this.#db.selectFrom('surprises').where('scope', '=', this.#scope);
  }

  #changed(cell: string) {
    return this.#db.updateTable('surprises').where('scope', '=', this.#scope).where('cell', '=', cell);
  }

  #removed(cell: string) {
    return this.#db.deleteFrom('surprises').where('scope', '=', this.#scope).where('cell', '=', cell);
  }
}
