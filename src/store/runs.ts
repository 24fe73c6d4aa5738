import { type Kysely, sql } from 'kysely';
import { type RunInfo, runInfoSchema } from '../contracts/run.ts';
import type { RunRow, Tables } from './tables.ts';

/** A run as it is kept: with the mark of a run that was cut off. */
export interface StoredRun {
  run: RunInfo;
  interrupted: boolean;
}

/** The repository of the table `runs`. */
export class Runs {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(run: RunInfo): Promise<void> {
    await this.#db
      .insertInto('runs')
      .values({
        id: run.id,
        started_at: run.startedAt,
        finished_at: run.finishedAt,
        interrupted: 0,
        seed: run.seed,
        machine: JSON.stringify(run.machine),
      })
      .execute();
  }

  async finish(run: RunInfo, interrupted: boolean): Promise<void> {
    await this.#db
      .updateTable('runs')
      .set({ finished_at: run.finishedAt, interrupted: interrupted ? 1 : 0 })
      .where('id', '=', run.id)
      .execute();
  }

  async get(id: string): Promise<StoredRun | null> {
    const row = await this.#db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  async last(): Promise<StoredRun | null> {
    return (await this.newest(1))[0] ?? null;
  }

  /** The newest runs, newest first. */
  async newest(most: number): Promise<StoredRun[]> {
    const rows = await this.#db.selectFrom('runs').selectAll().orderBy('started_at', 'desc').limit(most).execute();
    return rows.map(fromRow);
  }

  /** The runs whose id begins with a text, newest first. */
  async startingWith(text: string): Promise<StoredRun[]> {
    const beginning = sql<boolean>`substr(id, 1, ${text.length}) = ${text}`;
    const query = this.#db.selectFrom('runs').selectAll().where(beginning).orderBy('started_at', 'desc').limit(2);
    return (await query.execute()).map(fromRow);
  }

  /** The newest run before another one that planned the same cells; null when there is none. */
  async beforeWithSamePlan(run: RunInfo): Promise<StoredRun | null> {
    const cells = (id: unknown) => sql`
      select library, build, browser, flow, "condition", switches, target from planned_cells where run_id = ${id}`;
    const { rows } = await sql<RunRow>`
      select * from runs as earlier
      where started_at < ${run.startedAt}
        and (select count(*) from planned_cells where run_id = earlier.id)
          = (select count(*) from planned_cells where run_id = ${run.id})
        and not exists (${cells(run.id)} except ${cells(sql`earlier.id`)})
      order by started_at desc
      limit 1`.execute(this.#db);
    return rows[0] ? fromRow(rows[0]) : null;
  }
}

function fromRow(row: RunRow): StoredRun {
  const run = runInfoSchema.parse({
    id: row.id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    seed: row.seed,
    machine: JSON.parse(row.machine),
  });
  return { run, interrupted: row.interrupted === 1 };
}
