import type { Policy } from '../contracts/policy.ts';
import { type ErrorBudget, errorBudget } from './error-budget.ts';
import { fastPath } from './rules/fast-path.ts';
import { successRate } from './rules/success-rate.ts';
import type { CellCounts } from './statistics/counts.ts';

/** How often each verdict comes out, and after how many attempts per arm. */
export interface Odds {
  promote: number;
  block: number;
  inconclusive: number;
  meanAttempts: number;
  /** Mean number of attempts per arm of those that end with block; NaN when none does. */
  meanAttemptsToBlock: number;
  /** Chance of having been blocked by each look. */
  blockedBy: { attempts: number; chance: number }[];
}

const undecided = 0;
const promoted = 1;
const blocked = 2;

/** Not worked out yet: most states are out of reach for the rates that are asked for. */
const unknown = 255;
/** States that are rarer are left out; all of them together do not show in any figure. */
const negligible = 1e-13;

/**
 * The exact odds of a policy in one cell of one flow, when attempts are made in pairs: the fast path is asked after every
 * pair, the rate at the looks. No simulation: the chance of every state (pairs, failures of each arm) is carried forward.
 */
export class DecisionOdds {
  /** What is decided after `n` pairs with `b` failures of the baseline and `c` of the candidate: `[n][b * (n + 1) + c]`. */
  readonly #decisions: Uint8Array[];
  readonly #looks: readonly number[];
  readonly #isJudged: (n: number) => boolean;
  readonly #margin: number;
  readonly #budget: ErrorBudget;

  /**
   * @param everyPair the rate is judged after every pair from the first look on, as with repeated requests.
   * @param judgesRates false: only plain breakage is asked for.
   */
  constructor(policy: Policy, { everyPair = false, judgesRates = true } = {}) {
    const { looks, marginPoints } = policy.success;
    const [first, cap] = [looks[0] as number, looks.at(-1) as number];
    this.#decisions = Array.from({ length: cap + 1 }, (_, n) => new Uint8Array((n + 1) ** 2).fill(unknown));
    this.#looks = looks;
    this.#isJudged = (n) => judgesRates && (everyPair ? n >= first : looks.includes(n));
    this.#margin = marginPoints / 100;
    this.#budget = errorBudget(policy, 1, { hasSeveralCells: false, marginPoints });
  }

  /**
   * @param baseline success rate of the baseline. @param candidate success rate of the candidate.
   * @param most pairs after which no other is made; up to the cap of the policy.
   */
  of(baseline: number, candidate: number, most = Infinity): Odds {
    const odds: Odds = {
      promote: 0,
      block: 0,
      inconclusive: 0,
      meanAttempts: 0,
      meanAttemptsToBlock: 0,
      blockedBy: [],
    };
    const cap = Math.min(most, this.#decisions.length - 1);
    let states = new Float64Array([1]);
    for (let n = 1; n <= cap; n++) {
      states = step(states, n, 1 - baseline, 1 - candidate);
      for (let i = 0; i < states.length; i++) {
        const chance = states[i] as number;
        if (chance === 0) continue;
        const decision = this.#decide(n, i);
        if (decision === undecided && n < cap) continue;
        odds.meanAttempts += chance * n;
        if (decision === promoted) odds.promote += chance;
        else if (decision === undecided) odds.inconclusive += chance;
        else {
          odds.block += chance;
          odds.meanAttemptsToBlock += chance * n;
        }
        states[i] = 0;
      }
      if (this.#looks.includes(n)) odds.blockedBy.push({ attempts: n, chance: odds.block });
    }
    odds.meanAttemptsToBlock /= odds.block;
    return odds;
  }

  #decide(n: number, state: number): number {
    const decisions = this.#decisions[n] as Uint8Array;
    if (decisions[state] === unknown) decisions[state] = this.#work(n, Math.floor(state / (n + 1)), state % (n + 1));
    return decisions[state] as number;
  }

  #work(attempts: number, baselineFailures: number, candidateFailures: number): number {
    const cells: CellCounts[] = [
      {
        baseline: { attempts, failures: baselineFailures },
        candidate: { attempts, failures: candidateFailures },
      },
    ];
    if (fastPath(cells, this.#budget.breakageFrom).broken) return blocked;
    if (!this.#isJudged(attempts)) return undecided;
    const { blockZ, promote } = this.#budget;
    const { isInsideMargin, isWorse } = successRate(cells, this.#margin, { blockZ, promoteZ: promote.z(attempts) });
    if (isWorse) return blocked;
    return isInsideMargin && attempts >= promote.from ? promoted : undecided;
  }
}

/** One more pair: `states[b * n + c]` is the chance of b and c failures after n − 1 pairs. */
function step(
  states: Float64Array,
  n: number,
  baselineFails: number,
  candidateFails: number,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array((n + 1) * (n + 1));
  for (let b = 0; b < n; b++) {
    for (let c = 0; c < n; c++) {
      const chance = states[b * n + c] as number;
      if (chance < negligible) continue;
      const at = b * (n + 1) + c;
      next[at] = (next[at] as number) + chance * (1 - baselineFails) * (1 - candidateFails);
      next[at + 1] = (next[at + 1] as number) + chance * (1 - baselineFails) * candidateFails;
      next[at + n + 1] = (next[at + n + 1] as number) + chance * baselineFails * (1 - candidateFails);
      next[at + n + 2] = (next[at + n + 2] as number) + chance * baselineFails * candidateFails;
    }
  }
  return next;
}
