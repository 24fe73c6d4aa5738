import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Cell } from '../contracts/attempt.ts';
import { axisText } from '../contracts/cell-key.ts';
import type { Outcome, Phase } from '../contracts/outcome.ts';
import { cellColumns, cellOfColumns } from './cell-columns.ts';
import type { CellColumns, Tables } from './tables.ts';

/** Attempts that began at or after `from` and before `to` (ISO 8601); a list that is left out matches everything. */
export interface AttemptSpan {
  from: string;
  to: string;
  libraries?: readonly string[] | undefined;
  builds?: readonly string[] | undefined;
}

/** How many attempts of a cell ended in the same way. */
export interface OutcomeCount {
  cell: Cell;
  outcome: Outcome;
  code: string | null;
  attempts: number;
}

/** How many attempts took about the same time in a phase. */
export interface TimeCount {
  library: string;
  phase: Phase;
  /** Milliseconds; within 1.1 % of what was measured. */
  ms: number;
  attempts: number;
}

/** What a run found in one cell. */
export interface CellRun {
  runId: string;
  /** When the newest attempt of it began, ISO 8601. */
  at: string;
  counts: Pick<OutcomeCount, 'outcome' | 'code' | 'attempts'>[];
}

/** Times are counted in steps of 1/32 of a doubling, 2.2 % wide; what is under a millisecond counts as one. */
const stepsPerDoubling = 32;

/**
 * Counts of attempts for plots over time. The database counts; the number of rows depends on the number of cells and codes, not on
 * that of attempts.
 */
export class AttemptsOverTime {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async outcomes(span: AttemptSpan): Promise<OutcomeCount[]> {
    const { rows } = await sql<CellColumns & Omit<OutcomeCount, 'cell'>>`
      select library, build, browser, flow, "condition", switches, target, outcome, code, count(*) as attempts
      from attempts indexed by attempts_over_time
      where ${within(span)}
      group by library, build, browser, flow, "condition", switches, target, outcome, code`.execute(this.#db);
    return rows.map(({ outcome, code, attempts, ...columns }) => ({
      cell: cellOfColumns(columns),
      outcome,
      code,
      attempts,
    }));
  }

  /** The phases that attempts completed, without those that the harness or the machine spoiled. */
  async phaseTimes(span: AttemptSpan): Promise<TimeCount[]> {
    const { rows } = await sql<{ library: string; phase: Phase; step: number; attempts: number }>`
      select library, key as phase, cast(${stepsPerDoubling} * log2(max(value, 1)) as integer) as step, count(*) as attempts
      from attempts indexed by attempts_over_time, json_each(phases)
      where ${within(span)} and outcome <> 'infra'
      group by 1, 2, 3
      order by 1, 2, 3`.execute(this.#db);
    return rows.map(({ step, ...row }) => ({ ...row, ms: 2 ** ((step + 0.5) / stepsPerDoubling) }));
  }

  /** The newest run that says something about a cell and whose attempt began in the span; null when there is none. */
  async newestRun(cell: Cell, { from, to }: Pick<AttemptSpan, 'from' | 'to'>): Promise<CellRun | null> {
    let ofCell = this.#db.selectFrom('attempts').where('outcome', '<>', 'infra');
    for (const axis of cellColumns) ofCell = ofCell.where(axis, '=', axisText(cell, axis));
    const newest = await ofCell
      .select(['run_id', 'started_at'])
      .where('started_at', '>=', from)
      .where('started_at', '<', to)
      .orderBy('started_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!newest) return null;
    const counts = await ofCell
      .select(['outcome', 'code', (select) => select.fn.countAll<number>().as('attempts')])
      .where('run_id', '=', newest.run_id)
      .groupBy(['outcome', 'code'])
      .execute();
    return { runId: newest.run_id, at: newest.started_at, counts };
  }

  /** When the newest attempt of the store began, ISO 8601; null when there is none. */
  async newest(): Promise<string | null> {
    const query = this.#db.selectFrom('attempts').select((select) => select.fn.max('started_at').as('at'));
    return (await query.executeTakeFirst())?.at ?? null;
  }
}

/** The index is named: without statistics SQLite takes one that would read every record. */
function within({ from, to, libraries, builds }: AttemptSpan): RawBuilder<unknown> {
  const conditions = [sql`started_at >= ${from} and started_at < ${to}`];
  if (libraries) conditions.push(sql`library in (${sql.join(libraries)})`);
  if (builds) conditions.push(sql`build in (${sql.join(builds)})`);
  return sql.join(conditions, sql` and `);
}
