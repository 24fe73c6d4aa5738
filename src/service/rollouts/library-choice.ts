import type { AccountId } from '../session-ids.ts';
import { isInRollout } from './bucket.ts';
import type { Rollout, Rollouts } from './rollouts.ts';

/** Which library version hosts an account: its pin, else the choice of the newest rollout, else the configured version. */
export class LibraryChoice {
  readonly #rollouts: Rollouts;
  readonly #configured: string;
  #newest: Rollout | null = null;

  /** @param configured exact version. */
  constructor(rollouts: Rollouts, configured: string) {
    this.#rollouts = rollouts;
    this.#configured = configured;
  }

  /** Reads the current state of the rollout: another instance may have changed it. */
  async refresh(): Promise<void> {
    [this.#newest = null] = await this.#rollouts.list(1);
  }

  /** The newest rollout as of the last `refresh`. */
  get newest(): Rollout | null {
    return this.#newest;
  }

  choose(account: AccountId, pin: string | null): string {
    if (pin !== null) return pin;
    if (!this.#newest) return this.#configured;
    const { id, baseline, candidate, percent, state } = this.#newest;
    if (state === 'finished') return candidate;
    return isInRollout(id, account, percent) ? candidate : baseline;
  }
}
