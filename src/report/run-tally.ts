import type { Attempt } from '../contracts/attempt.ts';
import { cellKey } from '../contracts/cell-key.ts';
import type { PlannedCell, RunObserver } from '../contracts/run.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../words/cell-summary.ts';

/** Keeps the summary of every cell up to date while a run is in progress. */
export class RunTally implements RunObserver {
  readonly #cells = new Map<string, CellSummary>();

  /** In the sequence of the plan. */
  get cells(): CellSummary[] {
    return [...this.#cells.values()];
  }

  runStarted(_run: unknown, plan: readonly PlannedCell[]): void {
    for (const planned of plan) this.#cells.set(cellKey(planned.cell), plannedSummary(planned));
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    const key = cellKey(planned.cell);
    this.#cells.set(key, withAttempt(this.#cells.get(key) ?? plannedSummary(planned), attempt));
  }
}
