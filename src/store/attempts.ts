import type { Kysely } from 'kysely';
import { type Attempt, attemptSchema, type Cell, cellSchema } from '../contracts/attempt.ts';
import { TroubleError } from '../contracts/input-error.ts';
import type { Tables } from './tables.ts';

/** Which attempts to read; an axis that is left out matches everything. */
export interface AttemptFilter extends Partial<Cell> {
  runId?: string;
  /** Only attempts that ended after the one with this sequence number. */
  afterSeq?: number;
}

export interface StoredAttempt {
  /** Grows in the order in which attempts ended. */
  seq: number;
  runId: string;
  cell: Cell;
  attempt: Attempt;
}

/** Rows in memory at a time. Pages, not one open cursor: a long read never holds the connection that a run writes through. */
const pageSize = 25;

/** The repository of the table `attempts`. */
export class Attempts {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(runId: string, cell: Cell, attempt: Attempt): Promise<void> {
    await this.#db
      .insertInto('attempts')
      .values({
        ...cell,
        id: attempt.id,
        run_id: runId,
        started_at: attempt.startedAt,
        outcome: attempt.outcome,
        phase: attempt.phase,
        code: attempt.code,
        blame: attempt.blame,
        duration_ms: attempt.durationMs,
        phases: JSON.stringify(attempt.phases),
        record: JSON.stringify(attempt),
      })
      .execute();
  }

  /**
   * Streams attempts in the order in which they ended.
   *
   * @throws TroubleError when a record does not have the shape of an attempt.
   */
  async *read(filter: AttemptFilter): AsyncGenerator<StoredAttempt> {
    const { runId, afterSeq = 0, ...axes } = filter;
    let query = this.#db.selectFrom('attempts').selectAll().orderBy('seq').limit(pageSize);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    for (const [axis, value] of Object.entries(axes)) query = query.where(axis as keyof Cell, '=', value);
    let last = afterSeq;
    while (true) {
      const rows = await query.where('seq', '>', last).execute();
      for (const row of rows) {
        last = row.seq;
        yield {
          seq: row.seq,
          runId: row.run_id,
          cell: cellSchema.parse(row),
          attempt: parseRecord(row.id, row.record),
        };
      }
      if (rows.length < pageSize) return;
    }
  }
}

function parseRecord(id: string, record: string): Attempt {
  const result = attemptSchema.safeParse(JSON.parse(record));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new TroubleError(
    `store: the record of attempt ${id} is not an attempt: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
