import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Cell } from '../contracts/attempt.ts';
import type { JudgedAttempt, PassedAttempts } from '../contracts/judged-attempt.ts';
import { type Prediction, predictionSchema } from '../contracts/prediction.ts';
import type { JudgedFilter } from './attempts.ts';
import { cellOfColumns, columnsOf } from './cell-columns.ts';
import type { CellColumns, Tables } from './tables.ts';

/** Attempts that did not pass are looked at one by one; so many are in memory at a time. */
const pageSize = 500;

interface CellTally extends CellColumns {
  stale: number;
  passed: number;
  newest: string | null;
  others: number;
  /** JSON: an array of whole tenths of a millisecond, which is what phases are measured in. */
  ready_tenths: string;
}

type JudgedRow = Omit<JudgedAttempt, 'cell'> & { seq: number };

/** Which attempts of a cell count. */
export interface Period {
  /** When they begin; both ends count too. ISO 8601. */
  since: string;
  until: string;
  /** Others are not even stale: those that ended with this sequence number or later. */
  beforeSeq?: number | undefined;
}

/** A prediction with the attempt that it was made for. */
export interface NewestPrediction {
  by: Pick<JudgedAttempt, 'id' | 'startedAt'>;
  prediction: Prediction | null;
}

/** The fresh attempts of one cell, and how many are not. */
export interface JudgedCell extends PassedAttempts {
  /** Fresh attempts that did not pass. */
  others: number;
}

/**
 * What a verdict needs of the table `attempts`: most attempts pass, and those are counted by the database, not read. The indexes
 * are named because SQLite, left to itself, takes one that lacks columns, and then reads whole records.
 */
export class JudgedCells {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Every cell that has attempts, in one pass over an index. */
  async tally(
    { libraries, builds, flows, target }: JudgedFilter,
    { since, until, beforeSeq }: Period,
  ): Promise<JudgedCell[]> {
    const isFresh = sql`started_at between ${since} and ${until}`;
    const hasPassed = sql`${isFresh} and outcome = 'passed'`;
    const { rows } = await sql<CellTally>`
      select library, build, browser, flow, "condition", switches, target,
        count(*) filter (where not (${isFresh}) and code is not 'interrupted') as stale,
        count(*) filter (where ${hasPassed}) as passed,
        max(started_at) filter (where ${hasPassed}) as newest,
        count(*) filter (where ${isFresh} and outcome <> 'passed') as others,
        json_group_array(cast(ready_ms * 10 + 0.5 as integer))
          filter (where ${hasPassed} and ready_ms is not null) as ready_tenths
      from attempts indexed by attempts_judged
      where library in (${sql.join(libraries)}) and target = ${target} and ${isOneOf('build', builds)} and ${isOneOf('flow', flows)}
        and ${isBefore(beforeSeq)}
      group by library, target, flow, build, browser, "condition", switches`.execute(this.#db);
    return rows.map(({ stale, passed, newest, others, ready_tenths, ...columns }) => {
      const readyMs = (JSON.parse(ready_tenths) as number[]).map((tenths) => tenths / 10);
      return { cell: cellOfColumns(columns), stale, passed, newest, others, readyMs };
    });
  }

  /** What was predicted for the newest fresh attempt of a cell; undefined where the cell has none. */
  async newestPrediction(cell: Cell, { since, until, beforeSeq }: Period): Promise<NewestPrediction | undefined> {
    const { rows } = await sql<{ id: string; startedAt: string; prediction: string | null }>`
      select id, started_at as startedAt, record ->> '$.prediction' as prediction
      from attempts indexed by attempts_of_cell
      where ${isCell(cell)} and started_at between ${since} and ${until} and code is not 'interrupted' and ${isBefore(beforeSeq)}
      order by started_at desc, id desc limit 1`.execute(this.#db);
    return rows.map(({ prediction, ...by }) => ({
      by,
      prediction: predictionSchema
        .nullable()
        .catch(null)
        .parse(JSON.parse(prediction ?? 'null')),
    }))[0];
  }

  /** Streams the fresh attempts of a cell that did not pass, in the order in which they ended. */
  async *others(cell: Cell, { since, until, beforeSeq }: Period): AsyncGenerator<JudgedAttempt[]> {
    for (let last = 0; ; ) {
      const { rows } = await sql<JudgedRow>`
        select seq, id, started_at as startedAt, outcome, phase, code, blame, ready_ms as readyMs
        from attempts indexed by attempts_not_passed
        where ${isCell(cell)} and seq > ${last} and started_at between ${since} and ${until} and outcome <> 'passed' and ${isBefore(beforeSeq)}
        order by seq limit ${pageSize}`.execute(this.#db);
      yield rows.map(({ seq: _, ...attempt }) => ({ ...attempt, cell }));
      if (rows.length < pageSize) return;
      last = (rows.at(-1) as { seq: number }).seq;
    }
  }
}

function isCell(cell: Cell): RawBuilder<unknown> {
  const axes = Object.entries(columnsOf(cell)).map(([axis, value]) => sql`${sql.ref(axis)} = ${value}`);
  return sql.join(axes, sql` and `);
}

function isOneOf(column: string, values: readonly string[] | undefined): RawBuilder<unknown> {
  return values === undefined ? sql`true` : sql`${sql.ref(column)} in (${sql.join(values)})`;
}

function isBefore(seq: number | undefined): RawBuilder<unknown> {
  return seq === undefined ? sql`true` : sql`seq < ${seq}`;
}
