import { cellKey } from '../../contracts/attempt.ts';
import type { ServedMatrix } from '../../contracts/service-api.ts';
import type { Store } from '../../store/open-store.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../cell-summary.ts';

/** The newest run of a store, cell by cell in the order of its plan. */
export async function readNewestRun(store: Store): Promise<ServedMatrix> {
  const last = await store.runs.last();
  if (!last) return { run: null, cells: [] };
  const { id, startedAt, finishedAt } = last.run;
  const cells = new Map<string, CellSummary>();
  for (const planned of await store.plannedCells.ofRun(id)) cells.set(cellKey(planned.cell), plannedSummary(planned));
  for await (const { cell, attempt } of store.attempts.read({ runId: id })) {
    const summary = cells.get(cellKey(cell));
    if (summary) cells.set(cellKey(cell), withAttempt(summary, attempt));
  }
  const shown = [...cells.values()].map(({ cell, outcome, code, surprise }) => ({ ...cell, outcome, code, surprise }));
  return { run: { id, startedAt, finishedAt }, cells: shown };
}
