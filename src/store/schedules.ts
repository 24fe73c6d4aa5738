import type { Kysely, Selectable } from 'kysely';
import type { ScheduledResult } from '../contracts/run.ts';
import type { ScheduleRow, Tables } from './tables.ts';

/** A store has one schedule of each kind: of the canaries, and of looks at the live site. */
export type ScheduleName = 'watch' | 'watch-live';

/** The schedule as it is kept. Times are milliseconds since 1970. */
export interface Schedule {
  everyMs: number;
  lastDueAt: number | null;
  lastEndedAt: number | null;
  /** The run whose plan the schedule has. */
  lastRunId: string | null;
  missed: number;
  runs: Record<ScheduledResult, number>;
}

const columnOf = { 'as-expected': 'as_expected', unexpected: 'unexpected', trouble: 'trouble', cut: 'cut' } as const;

/**
 * The repository of the table `schedules`. Only the process that holds its lease writes the schedule; each write says so in
 * its condition, so that one that was paused and overtaken changes nothing.
 */
export class Schedules {
  readonly #db: Kysely<Tables>;
  readonly #name: ScheduleName;

  constructor(db: Kysely<Tables>, name: ScheduleName) {
    this.#db = db;
    this.#name = name;
  }

  async get(): Promise<Schedule | null> {
    const row = await this.#db.selectFrom('schedules').selectAll().where('name', '=', this.#name).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** Takes the schedule, or keeps it for another while. False when another process has it. */
  async hold(owner: string, everyMs: number, now: number, leaseMs: number): Promise<boolean> {
    const lease = { owner, lease_expires_at: now + leaseMs, every_ms: everyMs };
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('schedules')
      .values({ name: this.#name, last_due_at: null, last_ended_at: null, last_run_id: null, ...lease })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet(lease)
          .where((where) =>
            where.or([where('schedules.owner', '=', owner), where('schedules.lease_expires_at', '<=', now)]),
          ),
      )
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Lets another process have the schedule at once. */
  async release(owner: string): Promise<void> {
    await this.#own(owner).set({ owner: null, lease_expires_at: 0 }).execute();
  }

  /** Notes that the run of a period is about to start. False when the schedule belongs to another process by now. */
  async begin(owner: string, dueAt: number, missed: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#own(owner)
      .set((row) => ({ last_due_at: dueAt, missed: row('missed', '+', missed) }))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Notes how the run ended; `runId` is null when it planned nothing. */
  async end(owner: string, result: ScheduledResult, runId: string | null, endedAt: number): Promise<void> {
    const column = columnOf[result];
    await this.#own(owner)
      .set((row) => ({ [column]: row(column, '+', 1), last_ended_at: endedAt, ...(runId && { last_run_id: runId }) }))
      .execute();
  }

  #own(owner: string) {
    return this.#db.updateTable('schedules').where('name', '=', this.#name).where('owner', '=', owner);
  }
}

function fromRow(row: Selectable<ScheduleRow>): Schedule {
  return {
    everyMs: row.every_ms,
    lastDueAt: row.last_due_at,
    lastEndedAt: row.last_ended_at,
    lastRunId: row.last_run_id,
    missed: row.missed,
    runs: { 'as-expected': row.as_expected, unexpected: row.unexpected, trouble: row.trouble, cut: row.cut },
  };
}
