import type { RolloutPlan } from '../../contracts/rollout-plan.ts';
import type { HostedAccount } from '../sessions/session-rollout.ts';
import type { ServiceDatabase } from '../tables.ts';
import { isInRollout } from './bucket.ts';
import type { Rollout } from './rollouts.ts';

interface SeenStep {
  rollout: Rollout;
  /** `performance.now()` when this instance saw it first. */
  seenAt: number;
  /** Part of the accounts that is restarted, in percent. */
  share: number;
}

/**
 * The accounts whose session is started again on the baseline when a step moves others to the candidate. Without them a step would
 * restore sessions of the candidate only, and nobody could tell a bad version from a bad hour. Drawn anew at each step, as
 * many as the step moves, and never more than the gate has use for.
 */
export class ControlGroup {
  readonly #database: ServiceDatabase;
  readonly #plan: RolloutPlan;
  readonly #most: number;
  #step: SeenStep | null = null;

  /** @param most sessions at a step, in all instances together. */
  constructor(database: ServiceDatabase, plan: RolloutPlan, most: number) {
    this.#database = database;
    this.#plan = plan;
    this.#most = most;
  }

  /** Takes note of where the newest rollout stands. To be called about once a second. */
  async look(newest: Rollout | null): Promise<void> {
    const rollout = newest?.state === 'active' && this.#plan.controlGroup === 'restart' ? newest : null;
    const before = this.#step?.rollout;
    if (rollout && (rollout.id !== before?.id || rollout.percent !== before.percent)) {
      this.#step = { rollout, seenAt: performance.now(), share: await this.#shareOf(rollout) };
    }
    if (!rollout) this.#step = null;
  }

  /** True for a session that runs since before the step and has to be started again. */
  has({ account, pin, library, startedAt }: HostedAccount): boolean {
    if (!this.#step || pin !== null) return false;
    const { rollout, seenAt, share } = this.#step;
    const { id, percent, baseline } = rollout;
    if (library !== baseline || startedAt >= seenAt) return false;
    // Those who are next in line: at each step others.
    return isInRollout(id, account, percent + share) && !isInRollout(id, account, percent);
  }

  async #shareOf({ percent, steps }: Rollout): Promise<number> {
    const { count } = await this.#database.kysely
      .selectFrom('sessions')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('wanted', '=', 1)
      .executeTakeFirstOrThrow();
    const moved = percent - (steps.at(-2)?.percent ?? 0);
    return Math.min(moved, (100 * this.#most) / Math.max(1, Number(count)));
  }
}
