import type { Kysely } from 'kysely';
import { type Night, nightSchema } from '../contracts/nightly.ts';
import type { Tables } from './tables.ts';

/** The repository of the table `nights`. */
export class Nights {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** The newest night, or the newest before another one; null when there was none. */
  async last(before?: string): Promise<Night | null> {
    const all = this.#db.selectFrom('nights').select(['record', 'spent_ms']).orderBy('id', 'desc').limit(1);
    const query = before === undefined ? all : all.where('id', '<', before);
    const row = await query.executeTakeFirst();
    return row ? { ...nightSchema.parse(JSON.parse(row.record)), spentMs: row.spent_ms } : null;
  }

  /** Writes the current state of a night. */
  async keep(night: Night): Promise<void> {
    const row = { record: JSON.stringify(night), spent_ms: night.spentMs };
    await this.#db
      .insertInto('nights')
      .values({ id: night.id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  /** Keeps how much of the budget of a night is spent, in milliseconds. */
  async keepSpent(id: string, spentMs: number): Promise<void> {
    await this.#db.updateTable('nights').set({ spent_ms: spentMs }).where('id', '=', id).execute();
  }

  /** The ids that sort before a text. */
  async before(text: string): Promise<string[]> {
    const rows = await this.#db.selectFrom('nights').select('id').where('id', '<', text).execute();
    return rows.map(({ id }) => id);
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('nights').where('id', '=', id).execute();
  }
}
