import type { Kysely } from 'kysely';
import type { Drift, RanMethod } from '../contracts/capture.ts';
import type { Tables } from './tables.ts';

/** The repository of the table `live_drift`: what captures in a browser show of builds of the live site, and the data has otherwise. */
export class LiveDrift {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Replaces what an earlier capture of the same method showed of the build. @param at milliseconds since 1970 */
  async keep(build: string, method: RanMethod, drift: readonly Drift[], at: number): Promise<void> {
    const rows = drift.map((each) => ({ ...each, build, method, seen_at: at }));
    await this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('live_drift').where('build', '=', build).where('method', '=', method).execute();
      for (const row of rows) await tx.insertInto('live_drift').values(row).execute();
    });
  }

  /** Of all captures of a build, each behaviour and tier once, by name. */
  async of(build: string): Promise<Drift[]> {
    const query = this.#db.selectFrom('live_drift').selectAll().where('build', '=', build);
    const rows = await query.orderBy('kind').orderBy('name').orderBy('seen_at', 'desc').execute();
    const newest = Map.groupBy(rows, ({ kind, name }) => `${kind} ${name}`).values();
    return [...newest].flatMap(([row]) =>
      row ? [{ kind: row.kind, name: row.name, data: row.data, page: row.page }] : [],
    );
  }
}
