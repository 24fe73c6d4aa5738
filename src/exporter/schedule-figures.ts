import { scheduledResults } from '../contracts/run.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import type { Store } from '../store/open-store.ts';
import { cellLabels } from './cell-labels.ts';

/** Figures of the schedule of `watch`. Its counts are kept in the store; what is new in them is added here. */
export class ScheduleFigures {
  readonly #store: Store;
  readonly #period;
  readonly #runs;
  readonly #missed;
  readonly #lastRun;
  readonly #expectedToPass;
  readonly #counted = new Map<string, number>();

  constructor(store: Store, instruments: Instruments) {
    this.#store = store;
    this.#period = instruments.gauge(families.watchPeriod);
    this.#runs = instruments.counter(families.watchRuns);
    this.#missed = instruments.counter(families.watchMissed);
    this.#lastRun = instruments.gauge(families.watchLastRun);
    this.#expectedToPass = instruments.gauge(families.canaryExpectedToPass);
    for (const gauge of [this.#period, this.#lastRun]) gauge.clear();
  }

  async refresh(): Promise<void> {
    const schedule = await this.#store.schedules.get();
    if (!schedule) return;
    this.#period.set({}, schedule.everyMs / 1000);
    if (schedule.lastEndedAt !== null) this.#lastRun.set({}, schedule.lastEndedAt / 1000);
    this.#missed.inc({}, this.#increase('missed', schedule.missed));
    for (const result of scheduledResults) this.#runs.inc({ result }, this.#increase(result, schedule.runs[result]));
    if (schedule.lastRunId !== null) await this.#setPlan(schedule.lastRunId);
  }

  async #setPlan(runId: string): Promise<void> {
    const plan = await this.#store.plannedCells.ofRun(runId);
    this.#expectedToPass.clear();
    for (const { cell, expectation } of plan) {
      this.#expectedToPass.set(cellLabels(cell), (expectation?.outcome ?? 'passed') === 'passed' ? 1 : 0);
    }
  }

  #increase(name: string, total: number): number {
    const before = this.#counted.get(name) ?? 0;
    this.#counted.set(name, total);
    return Math.max(0, total - before);
  }
}
