import type { Kysely } from 'kysely';
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
    const row = await this.#db.selectFrom('runs').selectAll().orderBy('started_at', 'desc').limit(1).executeTakeFirst();
    return row ? fromRow(row) : null;
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
