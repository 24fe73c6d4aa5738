import type { Policy } from '../contracts/policy.ts';
import { type Random, seededRandom } from '../contracts/seeded-random.ts';
import { comparisonOf } from './evidence/evidence.ts';
import { judgeFlow } from './judge-flow.ts';
import { simulateRun } from './simulate-run.ts';
import { type Simulated, SimulatedCell, type Truth } from './simulated-cell.ts';

/** Rates of the verdicts over many simulated comparisons. */
export interface SelftestResult {
  promote: number;
  block: number;
  inconclusive: number;
  /** Mean attempts per arm. */
  meanAttempts: number;
  /** Mean attempts per arm until it was blocked; null when none was. */
  meanAttemptsToBlock: number | null;
  /** Most attempts per arm that are in the rate of one flow. */
  mostPairs: number;
}

/** A promise about a result: it is at most, or at least, this. */
export interface Bar {
  what: keyof SelftestResult;
  atMost?: number;
  atLeast?: number;
}

export interface SelftestCase {
  group: string;
  name: string;
  truths: Truth[];
  /** Attempts per arm up to which verdicts are requested after every pair, instead of a run that judges at its looks. */
  askedUntil?: number;
  /** Simulated comparisons; `selftestSimulations` when left out. */
  simulations?: number;
  bars: Bar[];
}

export const selftestSimulations = 2000;
const seed = 20251104;

/** Each case has its own seed, made from its name, so that a single one gives the same numbers as the whole grid. */
export function runSelftestCase(
  { group, name, truths, askedUntil, simulations: ownSimulations = selftestSimulations }: SelftestCase,
  policy: Policy,
  simulations = ownSimulations,
): SelftestResult {
  const random = seededRandom(seedOf(`${group}: ${name}`));
  const counts = { promote: 0, block: 0, inconclusive: 0 };
  let attempts = 0;
  let attemptsToBlock = 0;
  let mostPairs = 0;
  for (let i = 0; i < simulations; i++) {
    const result =
      askedUntil === undefined
        ? simulateRun(truths, policy, random)
        : simulateAsking(truths, policy, random, askedUntil);
    counts[result.verdict]++;
    attempts += result.attempts;
    if (result.verdict === 'block') attemptsToBlock += result.attempts;
    mostPairs = Math.max(mostPairs, result.pairs);
  }
  return {
    promote: counts.promote / simulations,
    block: counts.block / simulations,
    inconclusive: counts.inconclusive / simulations,
    meanAttempts: attempts / simulations,
    meanAttemptsToBlock: counts.block === 0 ? null : attemptsToBlock / counts.block,
    mostPairs,
  };
}

/** The bars that a result does not keep; the cap of the policy is one for every run of `gate --run`. */
export function missedBars({ bars, askedUntil, truths }: SelftestCase, result: SelftestResult, policy: Policy): Bar[] {
  // A cell that was closed and works after all brings its attempts with it.
  const most = (policy.success.looks.at(-1) as number) + (truths.length - 1) * policy.deadCells.attempts;
  const cap: Bar[] = askedUntil === undefined ? [{ what: 'mostPairs', atMost: most }] : [];
  return [...bars, ...cap].filter(({ what, atMost = Infinity, atLeast = -Infinity }) => {
    const value = result[what];
    return value === null || value > atMost || value < atLeast;
  });
}

function seedOf(text: string): number {
  let hash = seed;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return hash;
}

/** Beyond the cap one pair more changes little: it is asked after so many. */
const turnsBetweenQuestions = 10;

/**
 * Attempts of one flow that arrive independently of requests, as in a store that nightly runs fill. A verdict is requested after every turn
 * of a cell (beyond the cap after every tenth); the first one that is not inconclusive counts.
 *
 * @param truths one per cell, which take turns. @param until attempts per arm after which no verdict is requested.
 */
function simulateAsking(truths: readonly Truth[], policy: Policy, random: Random, until: number): Simulated {
  const cap = policy.success.looks.at(-1) as number;
  const cells = truths.map((truth, i) => new SimulatedCell(truth, i));
  const flow = { flow: 'simulated', cells: cells.map(({ evidence }) => evidence) };
  for (let turn = 1; ; turn++) {
    cells[turn % cells.length]?.takeTurn(policy, random);
    const isAsked = turn <= cap || turn % turnsBetweenQuestions === 0;
    if (!isAsked) continue;
    const { verdict, pairs, cells: judged } = judgeFlow(flow, policy, comparisonOf({ flows: [flow] }));
    const areClosed = judged.every(({ state }) => state === 'dead');
    if (verdict !== 'inconclusive' || pairs >= until || areClosed) return { verdict, attempts: pairs, pairs };
  }
}
