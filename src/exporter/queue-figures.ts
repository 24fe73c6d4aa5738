import { type FleetCounts, type QueueCounts, queueStates } from '../contracts/fleet-counts.ts';
import { within } from '../contracts/within.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';

/** A scrape waits no longer for the queue; a client whose server is away waits until it is back. */
const answerMs = 3_000;

/** Figures of the queues of a fleet. Queues of several releases, or of other facts about builds, that serve the same attempts are one queue here. */
export class QueueFigures {
  readonly #read: () => Promise<FleetCounts>;
  readonly #onTrouble: (error: unknown) => void;
  readonly #attempts;
  readonly #workers;
  readonly #slots;
  readonly #wait;
  readonly #run;
  readonly #lost;
  readonly #up;
  /** What `#lost` has counted of each queue. */
  readonly #countedLost = new Map<string, number>();

  /** @param onTrouble called when the queue could not be read: its present state is unknown then, and counts keep their values. */
  constructor(read: () => Promise<FleetCounts>, instruments: Instruments, onTrouble: (error: unknown) => void) {
    this.#read = read;
    this.#onTrouble = onTrouble;
    this.#attempts = instruments.gauge(families.queueAttempts);
    this.#workers = instruments.gauge(families.queueWorkers);
    this.#slots = instruments.gauge(families.queueSlots);
    this.#wait = instruments.countedHistogram(families.queueWait);
    this.#run = instruments.countedHistogram(families.queueRun);
    this.#lost = instruments.counter(families.queueLost);
    this.#up = instruments.gauge(families.queueUp);
  }

  async refresh(): Promise<void> {
    const counts = await within(answerMs, this.#read).catch((error: unknown) => {
      this.#onTrouble(error);
      return null;
    });
    this.#up.set({}, counts ? 1 : 0);
    for (const present of [this.#attempts, this.#workers, this.#slots]) present.clear();
    if (!counts) return;
    this.#wait.clear();
    this.#run.clear();
    for (const state of ['busy', 'free'] as const) this.#slots.set({ state }, counts.slots[state]);
    for (const queue of counts.queues) this.#add(queue);
  }

  #add({ schema, version, facts, target, browser, library, attempts, workers, wait, run, lost }: QueueCounts): void {
    const labels = { target, browser, library };
    for (const state of queueStates) this.#attempts.add({ ...labels, state }, attempts[state]);
    this.#workers.add(labels, workers);
    this.#wait.add(labels, wait);
    this.#run.add(labels, run);
    const queue = JSON.stringify([schema, version, facts, labels]);
    this.#lost.inc(labels, Math.max(0, lost - (this.#countedLost.get(queue) ?? 0)));
    this.#countedLost.set(queue, lost);
  }
}
