import type { RolloutPlan } from '../../contracts/rollout-plan.ts';
import type { HostedAccount } from '../sessions/session-rollout.ts';
import type { ServiceDatabase } from '../tables.ts';
import { isInRollout } from './bucket.ts';
import type { Rollout } from './rollouts.ts';

interface SeenStep {
  rollout: Rollout;
  /** `performance.now()` when this instance first saw the step. */
  seenAt: number;
  /** Share of the accounts that are restarted, in percent. */
  share: number;
}

/**
 * The accounts whose session restarts on the baseline when a step moves others to the candidate. Without them a step would restore
 * sessions of the candidate only, and a bad version would look like a bad hour. Each step selects other accounts: as many as it moves,
 * and at most as many as the gate can use.
 */
export class ControlGroup {
  readonly #database: ServiceDatabase;
  readonly #plan: RolloutPlan;
  readonly #most: number;
  #step: SeenStep | null = null;

  /** @param most sessions per step, in all instances together. */
  constructor(database: ServiceDatabase, plan: RolloutPlan, most: number) {
    this.#database = database;
    this.#plan = plan;
    this.#most = most;
  }

  /** Notes the current step of the newest rollout. Call it about once a second. */
  async look(newest: Rollout | null): Promise<void> {
    const rollout = newest?.state === 'active' && this.#plan.controlGroup === 'restart' ? newest : null;
    const before = this.#step?.rollout;
    if (rollout && (rollout.id !== before?.id || rollout.percent !== before.percent)) {
      this.#step = { rollout, seenAt: performance.now(), share: await this.#shareOf(rollout) };
    }
    if (!rollout) this.#step = null;
  }

  /** True for a session that started before the step and must restart. */
  has({ account, pin, library, startedAt }: HostedAccount): boolean {
    if (!this.#step || pin !== null) return false;
    const { rollout, seenAt, share } = this.#step;
    const { id, percent, baseline } = rollout;
    if (library !== baseline || startedAt >= seenAt) return false;
    // The accounts that the next percents would move: other ones at each step.
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
