import type { Verdict } from '../../contracts/verdict.ts';
import { isUnavailable } from '../../store/database/database-errors.ts';
import type { ServiceDatabase } from '../tables.ts';
import { decideStep } from './decide-step.ts';
import type { RolloutRules } from './rollout-rules.ts';
import { judgeRollout, stepBegan } from './rollout-traffic.ts';
import type { Judging, Rollouts } from './rollouts.ts';

export interface RolloutJudgeOptions {
  database: ServiceDatabase;
  rollouts: Rollouts;
  rules: RolloutRules;
  /** Receives every decision that differs from the last one, and every failure to judge. */
  log(line: { event: 'rollout' | 'rollout-trouble'; [field: string]: string | number }): void;
}

/** Moves the active rollout by the verdict of the gate on the traffic since its last step. One instance at a time judges. */
export class RolloutJudge {
  readonly #options: RolloutJudgeOptions;

  constructor(options: RolloutJudgeOptions) {
    this.#options = options;
  }

  /** The current verdict of the gate on a rollout; changes nothing. @throws Problem `rollout-unknown` */
  async verdict(id: string): Promise<Verdict> {
    const { database, rollouts, rules } = this.#options;
    return judgeRollout(database, await rollouts.get(id), rules.policy, Date.now());
  }

  /**
   * Judges and decides, if a judgement is due and no other instance has claimed it. Call it about once a second.
   *
   * @param everyMs milliseconds between two judgements.
   */
  async round(everyMs: number): Promise<void> {
    const judging = await this.#options.rollouts.claim();
    if (!judging) return;
    try {
      await this.#judge(judging, everyMs);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      // The rollout does not change; the next judge tries again when this claim has expired.
      this.#options.log({ event: 'rollout-trouble', rollout: judging.rollout.id, message: String(error) });
    }
  }

  async #judge(judging: Judging, everyMs: number): Promise<void> {
    const { database, rollouts, rules, log } = this.#options;
    const { rollout, at } = judging;
    const verdict = await judgeRollout(database, rollout, rules.policy, at);
    const step = { percent: rollout.percent, sinceMs: at - stepBegan(rollout) };
    const decided = decideStep(verdict, rules, step);
    const settled = await rollouts.settle(judging, { ...decided, cause: 'judged', verdict }, everyMs);
    if (!settled?.isNews) return;
    const { id, percent, state } = settled.rollout;
    log({ event: 'rollout', rollout: id, decision: decided.decision, reason: decided.reason, percent, state });
  }
}
