import type { FleetCounts } from '../contracts/fleet-counts.ts';
import type { Policy } from '../contracts/policy.ts';
import { readPolicy } from '../contracts/read-policy.ts';
import { type RolloutPlan, readRolloutPlan } from '../contracts/rollout-plan.ts';
import { readLivePolicy } from '../live/live-policy.ts';
import type { LiveDatabase } from '../live/tables.ts';
import { families } from '../metrics/families.ts';
import { Instruments } from '../metrics/instruments.ts';
import type { Database } from '../store/database/database.ts';
import type { Store } from '../store/open-store.ts';
import { CanaryFigures } from './canary-figures.ts';
import { LiveFigures } from './live-figures.ts';
import { PoolFigures } from './pool-figures.ts';
import { QueueFigures } from './queue-figures.ts';
import { ScheduleFigures } from './schedule-figures.ts';
import { ServiceFigures } from './service-figures.ts';
import type { ExportedTables } from './service-reads.ts';
import { VerdictFigures } from './verdict-figures.ts';

/** Serves metrics from the store, so the results of a run that has ended are still scraped. */
export class Exporter {
  readonly #instruments = new Instruments();
  readonly #up = this.#instruments.gauge(families.exporterUp);
  readonly #figures: readonly { refresh(): Promise<void> }[];
  readonly #queue: QueueFigures | null;
  readonly #onTrouble: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param store runs, attempts, schedule and verdicts.
   * @param service the database of the service, which may be the same file.
   * @param onTrouble called when the store could not be read; the previous figures stay.
   * @param plan has the expected success rates of a rollout.
   * @param policy selects the verdicts to export.
   * @param readFleet counts the queues of a fleet; without it, none are exported.
   */
  constructor(
    store: Store,
    service: Database<ExportedTables>,
    onTrouble: (error: unknown) => void,
    plan: RolloutPlan = readRolloutPlan(),
    policy: Policy = readPolicy(),
    readFleet: (() => Promise<FleetCounts>) | null = null,
  ) {
    this.#onTrouble = onTrouble;
    this.#figures = [
      new CanaryFigures(store, this.#instruments),
      new ScheduleFigures(store, this.#instruments),
      new LiveFigures(store, this.#instruments),
      new VerdictFigures(store, this.#instruments, policy),
      new ServiceFigures(service, this.#instruments, plan),
      // The accounts of the pool are in the same database, in tables of their own.
      new PoolFigures(service as unknown as LiveDatabase, this.#instruments, readLivePolicy()),
    ];
    this.#queue = readFleet && new QueueFigures(readFleet, this.#instruments, onTrouble);
  }

  /** Media type and text of `/metrics`. Two that ask at the same time wait for each other: nothing is counted twice. */
  async read(): Promise<{ contentType: string; text: string }> {
    this.#last = this.#last.then(async () => void (await Promise.all([this.#refresh(), this.#queue?.refresh()])));
    await this.#last;
    const { registry } = this.#instruments;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #refresh(): Promise<void> {
    try {
      for (const figures of this.#figures) await figures.refresh();
      this.#up.set({}, 1);
    } catch (error) {
      this.#up.set({}, 0);
      this.#onTrouble(error);
    }
  }
}
