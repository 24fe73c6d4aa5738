import type { Policy } from '../contracts/policy.ts';
import { policyHash } from '../contracts/policy-hash.ts';
import { verdictWords } from '../contracts/verdict.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import type { Store } from '../store/open-store.ts';

/** So many pairs have room in the families; older ones are not shown. */
const mostPairs = families.gateVerdictTime.limit;

/** A verdict on the live site is narrowed, and narrowed ones are not served. */
const target = 'replica';

/** The newest verdict of the gate by one policy on each pair of versions. */
export class VerdictFigures {
  readonly #store: Store;
  readonly #policySha256: string;
  readonly #verdict;
  readonly #time;
  readonly #loss;

  /** @param policy Exports only verdicts made with this policy; a laxer copy must not promote. */
  constructor(store: Store, instruments: Instruments, policy: Policy) {
    this.#store = store;
    this.#policySha256 = policyHash(policy);
    this.#verdict = instruments.gauge(families.gateVerdict);
    this.#time = instruments.gauge(families.gateVerdictTime);
    this.#loss = instruments.gauge(families.gateLoss);
  }

  async refresh(): Promise<void> {
    const newest = await this.#store.verdicts.newest(this.#policySha256, mostPairs);
    for (const gauge of [this.#verdict, this.#time, this.#loss]) gauge.clear();
    for (const { at, baseline, candidate, verdict: said, flows } of newest) {
      const pair = { baseline, candidate };
      for (const verdict of verdictWords) this.#verdict.set({ ...pair, verdict, target }, verdict === said ? 1 : 0);
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
