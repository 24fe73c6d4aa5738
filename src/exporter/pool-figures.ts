import { phoneReminder } from '../live/limits.ts';
import type { LivePolicy } from '../live/live-policy.ts';
import { readPoolState } from '../live/pool-state.ts';
import type { LiveDatabase } from '../live/tables.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import { incidentKinds, poolStates } from '../metrics/live-families.ts';

/** Figures of the live accounts: their states, what happened to them, what stops the pool, and phones that were not opened for long. */
export class PoolFigures {
  readonly #database: LiveDatabase;
  readonly #policy: LivePolicy;
  readonly #accounts;
  readonly #stopped;
  readonly #breaker;
  readonly #incidents;
  readonly #reminder;
  readonly #unopened;

  constructor(database: LiveDatabase, instruments: Instruments, policy: LivePolicy) {
    this.#database = database;
    this.#policy = policy;
    this.#accounts = instruments.gauge(families.liveAccounts);
    this.#stopped = instruments.gauge(families.livePoolStopped);
    this.#breaker = instruments.gauge(families.liveBreaker);
    this.#incidents = instruments.gauge(families.liveIncidents);
    this.#reminder = instruments.gauge(families.livePhoneReminder);
    this.#unopened = instruments.gauge(families.livePhoneUnopened);
  }

  /** A pool without accounts has no figures. */
  async refresh(): Promise<void> {
    const { now, stoppedBecause, breaker, incidents, accounts } = await readPoolState(this.#database, this.#policy);
    const gauges = [this.#accounts, this.#stopped, this.#breaker, this.#incidents, this.#reminder, this.#unopened];
    for (const gauge of gauges) gauge.clear();
    if (accounts.length === 0) return;
    this.#stopped.set({}, stoppedBecause === null ? 0 : 1);
    this.#breaker.set({}, breaker === null ? 0 : 1);
    for (const kind of incidentKinds) this.#incidents.set({ kind }, incidents.get(kind) ?? 0);
    const states = accounts.map(({ state, rests }) => (state === 'active' && rests !== null ? 'resting' : state));
    for (const state of poolStates) this.#accounts.set({ state }, states.filter((each) => each === state).length);
    // A device that is retired is linked to no phone. No label names an account: `account list` does.
    const linked = accounts.filter(({ state }) => state !== 'retired');
    if (linked.length === 0) return;
    const seenAt = Math.min(...linked.map(({ phoneSeenAt }) => phoneSeenAt));
    this.#unopened.set({}, (now - seenAt) / 1_000);
    this.#reminder.set({}, phoneReminder(this.#policy, seenAt, now)?.step ?? 0);
  }
}
