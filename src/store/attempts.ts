import { type Kysely, sql } from 'kysely';
import { type Attempt, attemptSchema, type Cell, type PhaseTimings, type Provenance } from '../contracts/attempt.ts';
import type { Confidence } from '../contracts/build-data.ts';
import { axisText } from '../contracts/cell-key.ts';
import { TroubleError } from '../contracts/input-error.ts';
import type { JudgedAttempt } from '../contracts/judged-attempt.ts';
import type { Outcome, Phase, Target } from '../contracts/outcome.ts';
import { switchesText } from '../contracts/switches.ts';
import { cellColumns, cellOfColumns, columnsOf } from './cell-columns.ts';
import type { AttemptRow, CellColumns, Tables } from './tables.ts';

/** Which attempts to read; an axis that is left out matches everything. */
export interface AttemptFilter extends Partial<Cell> {
  runId?: string;
  /** Only attempts that ended after the one with this sequence number. */
  afterSeq?: number;
  /** Only attempts that ended before the one with this sequence number. */
  beforeSeq?: number | undefined;
}

/** Which attempts a verdict is made of; a list that is left out matches everything. */
export interface JudgedFilter {
  libraries: readonly string[];
  builds?: readonly string[] | undefined;
  flows?: readonly string[] | undefined;
  target: Target;
}

export interface StoredAttempt {
  /** Grows in the order in which attempts ended. */
  seq: number;
  runId: string;
  cell: Cell;
  attempt: Attempt;
}

/** What is counted of an attempt that has ended. */
export interface CountedAttempt {
  seq: number;
  runId: string;
  cell: Cell;
  outcome: Outcome;
  phase: Phase | null;
  code: string | null;
  phases: PhaseTimings;
  /** Milliseconds since 1970. */
  endedAt: number;
}

/** Rows in memory at a time. Pages, not one open cursor: a long read never holds the connection that a run writes through. */
const pageSize = 25;

/** What is judged of an attempt is small; more rows at a time are not faster and cost memory. */
const judgedPageSize = 500;

/** The repository of the table `attempts`. */
export class Attempts {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** An attempt whose id is there already is not added again. */
  async add(runId: string, cell: Cell, attempt: Attempt): Promise<void> {
    await this.#db
      .insertInto('attempts')
      .values({
        ...columnsOf(cell),
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
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  /**
   * Streams attempts in the order in which they ended.
   *
   * @throws TroubleError when a record does not have the shape of an attempt.
   */
  async *read(filter: AttemptFilter): AsyncGenerator<StoredAttempt> {
    const { runId, afterSeq = 0, beforeSeq, ...axes } = filter;
    let query = this.#db.selectFrom('attempts').selectAll().orderBy('seq').limit(pageSize);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    if (beforeSeq !== undefined) query = query.where('seq', '<', beforeSeq);
    for (const axis of cellColumns) {
      const value = axes[axis];
      if (value !== undefined) query = query.where(axis, '=', typeof value === 'string' ? value : switchesText(value));
    }
    let last = afterSeq;
    while (true) {
      const rows = await query.where('seq', '>', last).execute();
      for (const row of rows) {
        last = row.seq;
        yield {
          seq: row.seq,
          runId: row.run_id,
          cell: cellOfColumns(row),
          attempt: parseRecord(row.id, row.record),
        };
      }
      if (rows.length < pageSize) return;
    }
  }

  /** The sequence number of the attempt of a run that ended first; undefined when none has. */
  async firstOf(runId: string): Promise<number | undefined> {
    const query = this.#db.selectFrom('attempts').select('seq').where('run_id', '=', runId).orderBy('seq').limit(1);
    return (await query.executeTakeFirst())?.seq;
  }

  /** The attempts with these ids, as far as they are stored. */
  async find(ids: readonly string[]): Promise<StoredAttempt[]> {
    const rows = await this.#db.selectFrom('attempts').selectAll().where('id', 'in', ids).execute();
    return rows.map((row) => ({
      ...{ seq: row.seq, runId: row.run_id, cell: cellOfColumns(row) },
      attempt: parseRecord(row.id, row.record),
    }));
  }

  /**
   * Streams what is judged of attempts in pages, cell by cell in the order in which they ended; whole records are not read.
   *
   * @param beforeSeq only attempts that ended before the one with this sequence number.
   */
  async *judged(filter: JudgedFilter, beforeSeq?: number): AsyncGenerator<JudgedAttempt[]> {
    for (const cell of await this.#cells(filter)) {
      let query = this.#db
        .selectFrom('attempts')
        .select(['seq', 'id', 'started_at', 'outcome', 'phase', 'code', 'blame', 'ready_ms'])
        .orderBy('seq')
        .limit(judgedPageSize);
      for (const axis of cellColumns) query = query.where(axis, '=', axisText(cell, axis));
      if (beforeSeq !== undefined) query = query.where('seq', '<', beforeSeq);
      let rows = await query.execute();
      while (rows.length > 0) {
        yield rows.map(({ id, started_at, outcome, phase, code, blame, ready_ms }) => ({
          id,
          cell,
          startedAt: started_at,
          outcome,
          phase,
          code,
          blame,
          readyMs: ready_ms,
        }));
        rows = await query.where('seq', '>', (rows.at(-1) as { seq: number }).seq).execute();
      }
    }
  }

  /**
   * Streams what is counted of attempts, in pages and in the order in which they ended, after the one with this sequence
   * number; whole records are not read.
   */
  async *counted(afterSeq: number): AsyncGenerator<CountedAttempt[]> {
    const query = this.#db
      .selectFrom('attempts')
      .select(['seq', 'run_id', 'started_at', 'outcome', 'phase', 'code', 'duration_ms', 'phases'])
      .select(cellColumns)
      .orderBy('seq')
      .limit(judgedPageSize);
    for (let last = afterSeq; ; ) {
      const rows = await query.where('seq', '>', last).execute();
      if (rows.length > 0) yield rows.map(toCounted);
      if (rows.length < judgedPageSize) return;
      last = (rows.at(-1) as { seq: number }).seq;
    }
  }

  /** Which library an attempt asked for, had on disk and loaded. */
  async provenance(seq: number): Promise<Pick<Provenance, 'requested' | 'installed' | 'loaded'>> {
    const part = (name: string) => sql<string | null>`record ->> ${`$.provenance.${name}`}`;
    const row = await this.#db
      .selectFrom('attempts')
      .select([part('requested').as('requested'), part('installed').as('installed'), part('loaded').as('loaded')])
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();
    return { ...row, requested: row.requested ?? '' };
  }

  /** How sure the page was that an attempt ran on; null where its record does not say. */
  async buildConfidence(seq: number): Promise<Confidence | null> {
    const row = await this.#db
      .selectFrom('attempts')
      .select(sql<Confidence | null>`record ->> '$.confidence.build'`.as('confidence'))
      .where('seq', '=', seq)
      .executeTakeFirst();
    return row?.confidence ?? null;
  }

  async #cells({ libraries, builds, flows, target }: JudgedFilter): Promise<Cell[]> {
    let query = this.#db
      .selectFrom('attempts')
      .select(cellColumns)
      .distinct()
      .where('library', 'in', libraries)
      .where('target', '=', target);
    if (builds) query = query.where('build', 'in', builds);
    if (flows) query = query.where('flow', 'in', flows);
    return (await query.execute()).map(cellOfColumns);
  }

  /** Every library that has an attempt. */
  async libraries(): Promise<string[]> {
    const rows = await this.#db.selectFrom('attempts').select('library').distinct().orderBy('library').execute();
    return rows.map(({ library }) => library);
  }

  /** Every build that has an attempt. */
  async builds(): Promise<string[]> {
    const rows = await this.#db.selectFrom('attempts').select('build').distinct().orderBy('build').execute();
    return rows.map(({ build }) => build);
  }
}

type CountedRow = CellColumns &
  Pick<AttemptRow, 'run_id' | 'started_at' | 'outcome' | 'phase' | 'code' | 'duration_ms' | 'phases'> & { seq: number };

function toCounted(row: CountedRow): CountedAttempt {
  return {
    seq: row.seq,
    runId: row.run_id,
    cell: cellOfColumns(row),
    outcome: row.outcome,
    phase: row.phase,
    code: row.code,
    phases: JSON.parse(row.phases),
    endedAt: Date.parse(row.started_at) + row.duration_ms,
  };
}

function parseRecord(id: string, record: string): Attempt {
  const result = attemptSchema.safeParse(JSON.parse(record));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new TroubleError(
    `store: the record of attempt ${id} is not an attempt: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
