import type { LivePolicy } from '../live/live-policy.ts';
import { readPoolState } from '../live/pool-state.ts';
import type { LiveDatabase } from '../live/tables.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import { poolStates } from '../metrics/live-families.ts';

/** Figures of the live accounts: what state they are in, and whose phone was not opened for long. */
export class PoolFigures {
  readonly #database: LiveDatabase;
  readonly #policy: LivePolicy;
  readonly #accounts;
  readonly #stopped;
  readonly #unopened;

  constructor(database: LiveDatabase, instruments: Instruments, policy: LivePolicy) {
    this.#database = database;
    this.#policy = policy;
    this.#accounts = instruments.gauge(families.liveAccounts);
    this.#stopped = instruments.gauge(families.livePoolStopped);
    this.#unopened = instruments.gauge(families.livePhoneUnopened);
  }

  /** A pool without accounts has no figures. */
  async refresh(): Promise<void> {
    const { now, stoppedBecause, accounts } = await readPoolState(this.#database, this.#policy);
    for (const gauge of [this.#accounts, this.#stopped, this.#unopened]) gauge.clear();
    if (accounts.length === 0) return;
    this.#stopped.set({}, stoppedBecause === null ? 0 : 1);
    const states = accounts.map(({ state, rests }) => (state === 'active' && rests !== null ? 'resting' : state));
    for (const state of poolStates) this.#accounts.set({ state }, states.filter((each) => each === state).length);
    // A device that is retired is linked to no phone. No label names an account: `account list` does.
    const linked = accounts.filter(({ state }) => state !== 'retired');
    if (linked.length > 0)
      this.#unopened.set({}, (now - Math.min(...linked.map(({ phoneSeenAt }) => phoneSeenAt))) / 1_000);
  }
}
