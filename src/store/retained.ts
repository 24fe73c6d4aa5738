import { type Kysely, sql } from 'kysely';
import type { Cell } from '../contracts/attempt.ts';
import type { Outcome, Phase } from '../contracts/outcome.ts';
import type { Kept } from '../contracts/retention.ts';
import { cellOfColumns } from './cell-columns.ts';
import type { CellColumns, Tables } from './tables.ts';

/** Attempts of a cell that were removed and stay counted. */
export interface RemovedAttempts {
  cell: Cell;
  outcome: Outcome;
  code: string;
  attempts: number;
  /** Milliseconds since 1970. */
  lastEndedAt: number;
}

/** How many removed attempts took about the same time in a phase. */
export interface RemovedTimes {
  library: string;
  flow: string;
  phase: Phase;
  ms: number;
  attempts: number;
}

const dayMs = 86_400_000;

const stepsPerDoubling = 32;

/** One transaction removes so many runs: writers wait for no more than that. */
const runsPerTransaction = 20;

/** The runs of the store as things that are kept or removed whole. */
export class Retained {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * Runs with the number of their attempts, and their share of the bytes of the whole file. Runs that may still go on, and the one
   * that the schedule has its plan of, are left out.
   *
   * @param now milliseconds since 1970.
   */
  async runs(now: number): Promise<Kept[]> {
    const dayAgo = new Date(now - dayMs).toISOString();
    const { rows } = await sql<{ id: string; started_at: string; attempts: number }>`
      select id, started_at, (select count(*) from attempts where run_id = runs.id) as attempts
      from runs
      where (finished_at is not null or started_at < ${dayAgo})
        and id not in (select last_run_id from schedules where last_run_id is not null)
      order by started_at`.execute(this.#db);
    const total = await this.bytes();
    const attempts = rows.reduce((sum, row) => sum + row.attempts, 0);
    return rows.map((row) => ({
      id: row.id,
      at: Date.parse(row.started_at),
      number: row.attempts,
      bytes: attempts === 0 ? 0 : (total * row.attempts) / attempts,
    }));
  }

  /** Runs that may still go on: their files are still written. */
  async unfinished(now: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select('id')
      .where('finished_at', 'is', null)
      .where('started_at', '>=', new Date(now - dayMs).toISOString())
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Bytes of the file that hold something; what was removed is used again before the file grows. */
  async bytes(): Promise<number> {
    const { rows } = await sql<{ bytes: number }>`
      select (page_count - freelist_count) * page_size as bytes
      from pragma_page_count, pragma_freelist_count, pragma_page_size`.execute(this.#db);
    return rows[0]?.bytes ?? 0;
  }

  /** Removes runs with all their attempts. What they count for in metrics is kept. */
  async remove(ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += runsPerTransaction) {
      const some = sql.join(ids.slice(start, start + runsPerTransaction));
      await this.#db.transaction().execute(async (db) => {
        await sql`
          insert into removed_attempts
          select library, build, browser, flow, "condition", switches, target, outcome, coalesce(code, ''), count(*),
            max(unixepoch(started_at, 'subsec') * 1000.0 + duration_ms), max(started_at)
          from attempts where run_id in (${some})
          group by library, build, browser, flow, "condition", switches, target, outcome, coalesce(code, '')
          on conflict do update set attempts = attempts + excluded.attempts,
            last_ended_at = max(last_ended_at, excluded.last_ended_at),
            last_started_at = max(last_started_at, excluded.last_started_at)`.execute(db);
        await sql`
          insert into removed_phases
          select library, flow, key, cast(${stepsPerDoubling} * log2(max(value, 1)) as integer) as step, count(*)
          from attempts, json_each(phases) where run_id in (${some})
          group by 1, 2, 3, 4
          on conflict do update set attempts = attempts + excluded.attempts`.execute(db);
        await sql`delete from runs where id in (${some})`.execute(db);
      });
    }
  }

  /** In the order in which the last attempt of each ended. */
  async removedAttempts(): Promise<RemovedAttempts[]> {
    const { rows } = await sql<CellColumns & Omit<RemovedAttempts, 'cell'>>`
      select library, build, browser, flow, "condition", switches, target, outcome, code, attempts, last_ended_at as lastEndedAt
      from removed_attempts order by last_ended_at`.execute(this.#db);
    return rows.map(({ outcome, code, attempts, lastEndedAt, ...columns }) => ({
      cell: cellOfColumns(columns),
      outcome,
      code,
      attempts,
      lastEndedAt,
    }));
  }

  async removedTimes(): Promise<RemovedTimes[]> {
    const { rows } = await sql<Omit<RemovedTimes, 'ms'> & { step: number }>`
      select library, flow, phase, step, attempts from removed_phases`.execute(this.#db);
    return rows.map(({ step, ...row }) => ({ ...row, ms: 2 ** ((step + 0.5) / stepsPerDoubling) }));
  }

  /** When the newest attempt that was removed began, ISO 8601; null when none was. */
  async removedUntil(): Promise<string | null> {
    const { rows } = await sql<{ until: string | null }>`
      select max(last_started_at) as until from removed_attempts`.execute(this.#db);
    return rows[0]?.until ?? null;
  }
}
