import { verdictWords } from '../contracts/verdict.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import type { Store } from '../store/open-store.ts';

/** The newest verdict of the gate on each pair of versions. */
export class VerdictFigures {
  readonly #store: Store;
  readonly #verdict;
  readonly #time;
  readonly #loss;

  constructor(store: Store, instruments: Instruments) {
    this.#store = store;
    this.#verdict = instruments.gauge(families.gateVerdict);
    this.#time = instruments.gauge(families.gateVerdictTime);
    this.#loss = instruments.gauge(families.gateLoss);
  }

  async refresh(): Promise<void> {
    for (const gauge of [this.#verdict, this.#time, this.#loss]) gauge.clear();
    for (const { at, baseline, candidate, verdict: said, flows } of await this.#store.verdicts.newest()) {
      const pair = { baseline, candidate };
      for (const verdict of verdictWords) this.#verdict.set({ ...pair, verdict }, verdict === said ? 1 : 0);
      this.#time.set(pair, Date.parse(at) / 1000);
      for (const { flow, loss } of flows) {
        if (!loss) continue;
        for (const bound of ['estimate', 'lower', 'upper'] as const) {
          this.#loss.set({ ...pair, flow, bound }, loss[bound]);
        }
      }
    }
  }
}
