import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { arms, type VerdictWord } from '../contracts/verdict.ts';
import { errorBudget } from './error-budget.ts';
import { type ArmEvidence, type CellEvidence, noEvidence } from './evidence.ts';
import { judgeFlow } from './judge-flow.ts';
import { fastPath } from './rules/fast-path.ts';
import { countPairs } from './statistics/counts.ts';

/** How one cell really behaves. */
export interface Truth {
  /** Chance that an attempt succeeds. */
  success: { baseline: number; candidate: number };
  /** How many times as long the candidate takes to ready; 1 when left out. */
  slowdown?: number;
  /** Chance that an attempt is spoiled by the machine; it is then made again, as often as the policy says. */
  infra?: number;
}

export interface Simulated {
  verdict: VerdictWord;
  /** Attempts per arm that were made and count. */
  attempts: number;
}

/** Standard deviation of the logarithm of a time to ready: about 20 %, more than the replica shows. */
const timeSpread = 0.2;
const typicalMs = 3000;

/**
 * One comparison from the first attempt to the verdict, as `gate --run` makes it: pairs, cells in turn, the fast path after
 * every pair, everything else at the looks, an end at the cap. It asks the same functions as a verdict over stored attempts.
 *
 * @param truths one per cell. @param everyPair judge after every pair from the first look on, as somebody does who cannot wait.
 * @param known what was seen before, one per cell.
 */
export function simulate(
  truths: readonly Truth[],
  policy: Policy,
  random: Random,
  { everyPair = false, known = [] as readonly CellEvidence[] } = {},
): Simulated {
  const budget = errorBudget(policy, 1);
  const { looks } = policy.success;
  const cap = looks.at(-1) as number;
  const cells = truths.map((_, i) => (known[i] ? copyOf(known[i]) : emptyCell(i)));
  for (let pairs = countPairs(cells) + 1; pairs <= cap; pairs++) {
    const i = (pairs - 1) % cells.length;
    for (const arm of arms) attempt(truths[i] as Truth, arm, (cells[i] as CellEvidence)[arm], policy, random);
    const isJudged = looks.includes(pairs) || (everyPair && pairs >= (looks[0] as number));
    if (isJudged) {
      const { verdict } = judgeFlow({ flow: 'simulated', cells: cells.filter(hasPair) }, policy, budget);
      if (verdict !== 'inconclusive') return { verdict, attempts: pairs };
    } else if (fastPath(cells.filter(hasPair), budget.breakageFrom).broken) {
      return { verdict: 'block', attempts: pairs };
    }
  }
  return { verdict: 'inconclusive', attempts: cap };
}

function hasPair({ baseline, candidate }: CellEvidence): boolean {
  return baseline.attempts > 0 && candidate.attempts > 0;
}

function attempt(
  truth: Truth,
  arm: 'baseline' | 'candidate',
  evidence: ArmEvidence,
  policy: Policy,
  random: Random,
): void {
  for (let requeued = 0; random() < (truth.infra ?? 0); requeued++) {
    evidence.infra++;
    if (requeued === policy.infra.requeues) return;
  }
  evidence.attempts++;
  if (random() >= truth.success[arm]) {
    evidence.failures++;
    evidence.times.push(Infinity);
    return;
  }
  const slowdown = arm === 'candidate' ? (truth.slowdown ?? 1) : 1;
  evidence.times.push(typicalMs * slowdown * Math.exp(timeSpread * normalVariate(random)));
}

/** A standard normal variable: G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958) 610-611. */
function normalVariate(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function copyOf({ place, baseline, candidate }: CellEvidence): CellEvidence {
  const arm = (evidence: ArmEvidence) => ({ ...evidence, times: [...evidence.times] });
  return { place, baseline: arm(baseline), candidate: arm(candidate) };
}

function emptyCell(index: number): CellEvidence {
  const place = {
    build: `2.3000.${index}`,
    browser: 'current',
    flow: 'simulated',
    condition: 'none',
    target: 'replica',
  } as const;
  return { place, baseline: noEvidence(), candidate: noEvidence() };
}
