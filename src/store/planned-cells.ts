import type { Kysely } from 'kysely';
import { expectationSchema } from '../contracts/matrix.ts';
import type { PlannedCell } from '../contracts/run.ts';
import { cellOfColumns, columnsOf } from './cell-columns.ts';
import type { Tables } from './tables.ts';

/** SQLite takes at most 32766 parameters in one statement; a cell has eleven. */
const cellsPerInsert = 1000;

/** The repository of the table `planned_cells`. */
export class PlannedCells {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(runId: string, plan: readonly PlannedCell[]): Promise<void> {
    for (let start = 0; start < plan.length; start += cellsPerInsert) {
      const rows = plan.slice(start, start + cellsPerInsert).map(({ cell, expectation, repeat }, i) => ({
        ...columnsOf(cell),
        run_id: runId,
        position: start + i,
        repeat,
        expectation: expectation && JSON.stringify(expectation),
      }));
      await this.#db.insertInto('planned_cells').values(rows).execute();
    }
  }

  /** The plan of a run, in its order. */
  async ofRun(runId: string): Promise<PlannedCell[]> {
    const rows = await this.#db
      .selectFrom('planned_cells')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('position')
      .execute();
    return rows.map((row) => ({
      cell: cellOfColumns(row),
      expectation: row.expectation === null ? null : expectationSchema.parse(JSON.parse(row.expectation)),
      repeat: row.repeat,
    }));
  }
}
