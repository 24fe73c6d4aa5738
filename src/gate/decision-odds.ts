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

/** What is decided after `n` pairs with `b` failures of the baseline and `c` of the candidate: `decisions[n][b * (n + 1) + c]`. */
type Decisions = readonly Uint8Array[];

/**
 * The exact odds of a policy in one cell of one flow, when attempts are made in pairs: the fast path is asked after every
 * pair, the rate at the looks. No simulation: the chance of every state (pairs, failures of each arm) is carried forward.
 */
export class DecisionOdds {
  readonly #decisions: Decisions;
  readonly #looks: readonly number[];

  /** @param everyPair the rate is asked after every pair from the first look on, as somebody does who cannot wait. */
  constructor(policy: Policy, { everyPair = false } = {}) {
    this.#decisions = decisionTable(policy, everyPair);
    this.#looks = policy.success.looks;
  }

  /** @param baseline success rate of the baseline. @param candidate success rate of the candidate. */
  of(baseline: number, candidate: number): Odds {
    const odds: Odds = {
      promote: 0,
      block: 0,
      inconclusive: 0,
      meanAttempts: 0,
      meanAttemptsToBlock: 0,
      blockedBy: [],
    };
    const cap = this.#decisions.length - 1;
    let states = new Float64Array([1]);
    for (let n = 1; n <= cap; n++) {
      states = step(states, n, 1 - baseline, 1 - candidate);
      const decisions = this.#decisions[n] as Uint8Array;
      for (let i = 0; i < states.length; i++) {
        const chance = states[i] as number;
        if (chance === 0 || (decisions[i] === undecided && n < cap)) continue;
        odds.meanAttempts += chance * n;
        if (decisions[i] === promoted) odds.promote += chance;
        else if (decisions[i] === undecided) odds.inconclusive += chance;
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
      if (chance === 0) continue;
      const at = b * (n + 1) + c;
      next[at] = (next[at] as number) + chance * (1 - baselineFails) * (1 - candidateFails);
      next[at + 1] = (next[at + 1] as number) + chance * (1 - baselineFails) * candidateFails;
      next[at + n + 1] = (next[at + n + 1] as number) + chance * baselineFails * (1 - candidateFails);
      next[at + n + 2] = (next[at + n + 2] as number) + chance * baselineFails * candidateFails;
    }
  }
  return next;
}

function decisionTable(policy: Policy, everyPair: boolean): Decisions {
  const { success } = policy;
  const budget = errorBudget(policy, 1);
  const first = success.looks[0] as number;
  const cap = success.looks.at(-1) as number;
  const isLook = (n: number) => (everyPair ? n >= first : success.looks.includes(n));
  return Array.from({ length: cap + 1 }, (_, n) => {
    const decisions = new Uint8Array((n + 1) * (n + 1));
    for (let b = 0; b <= n; b++) {
      for (let c = 0; c <= n; c++)
        decisions[b * (n + 1) + c] =
          n === 0 ? undecided : decideAt(n, b, c, isLook(n), success.marginPoints / 100, budget);
    }
    return decisions;
  });
}

function decideAt(n: number, b: number, c: number, isLook: boolean, margin: number, budget: ErrorBudget): number {
  const cells: CellCounts[] = [{ baseline: { attempts: n, failures: b }, candidate: { attempts: n, failures: c } }];
  if (fastPath(cells, budget.breakageFrom).broken) return blocked;
  if (!isLook) return undecided;
  const { isInsideMargin, isWorse } = successRate(cells, margin, { ...budget, promoteZ: budget.promoteZ(n) });
  return isInsideMargin ? promoted : isWorse ? blocked : undecided;
}
