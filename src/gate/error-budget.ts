import type { Policy } from '../contracts/policy.ts';
import { hidingChance } from './rules/dead-cells.ts';
import { anyTimeQuantile } from './statistics/any-time-quantile.ts';
import { upperTail } from './statistics/normal.ts';

/**
 * How the chance of a wrong block is shared. The fast path finds what is urgent, so it gets most. Each share is a bound on its
 * own chance, so they may be added whatever depends on what (union bound).
 */
const blockShares = { fastPath: 0.6, rates: 0.3, cells: 0.1 } as const;

/** How the chance of a wrong promotion is shared: asked up to the cap, and beyond it. */
const promoteShares = { upToCap: 0.92, beyond: 0.08 } as const;

/** Error rates and quantiles of one flow. All of them hold however often is asked. */
export interface ErrorBudget {
  /** The breakage ratio blocks from here. */
  breakageFrom: number;
  /** Normal quantile of the lower end of the loss. */
  blockZ: number;
  promote: PromoteLevels;
  /** A cell is worse when its adjusted p-value is at most this. */
  cellLevel: number;
  /** Level of the two tests of time to ready. */
  timeLevel: number;
}

/** What it takes to be promoted. */
export interface PromoteLevels {
  /** Normal quantile of the upper end of the loss, by attempts per arm. */
  z: (pairs: number) => number;
  /** Nothing is promoted before so many attempts per arm: not even a candidate without a failure could be. */
  from: number;
}

/**
 * Shares the chances of a wrong verdict among flows and rules, for a verdict after every attempt between the first look
 * and the cap. A false block of any flow blocks, so flows share `falseBlock`; every flow has to be promoted, so each may use
 * `falsePromote` in full, less the chance that a cell which is closed hides a loss. In a comparison of one flow with one cell that chance
 * is none: once the cell is closed, no rate is left that promotes it.
 *
 * @param flows that share `falseBlock`.
 */
export function errorBudget(policy: Policy, flows: number, { hasSeveralCells, marginPoints }: FlowShape): ErrorBudget {
  const known = budgets.get(policy) ?? new Map<string, ErrorBudget>();
  budgets.set(policy, known);
  const key = [flows, hasSeveralCells, marginPoints].join(' ');
  const budget = known.get(key) ?? shareErrors(policy, flows, { hasSeveralCells, marginPoints });
  known.set(key, budget);
  return budget;
}

/** What the levels of a flow depend on. */
export interface FlowShape {
  hasSeveralCells: boolean;
  marginPoints: number;
}

/** It is asked for after every attempt and takes some work. */
const budgets = new WeakMap<Policy, Map<string, ErrorBudget>>();

function shareErrors(policy: Policy, flows: number, { hasSeveralCells, marginPoints }: FlowShape): ErrorBudget {
  const { success, timeToReady, deadCells } = policy;
  const { looks } = success;
  const block = success.falseBlock / flows;
  const zOf = (level: number) => anyTimeQuantile(level, looks[0] as number, looks.at(-1) as number);
  const mayHideLoss = hasSeveralCells || flows > 1;
  const promoteLevel = success.falsePromote - (mayHideLoss ? hidingChance(deadCells) : 0);
  return {
    breakageFrom: 1 / (block * blockShares.fastPath),
    blockZ: zOf(block * blockShares.rates),
    promote: promoteLevels(promoteLevel, looks, marginPoints),
    cellLevel: upperTail(zOf(block * blockShares.cells)),
    timeLevel: upperTail(zOf(timeToReady.falseBlock / flows)),
  };
}

/**
 * Levels never get laxer with more attempts, so one more failure of the candidate cannot buy a laxer one. With endless requests every
 * candidate would be promoted in the end at any fixed level, so beyond the cap each doubling of the attempts has half of the share of the one before.
 * Blocking needs no such thing: an interval that leaves 0 out and still reaches the margin is soon impossible for equal arms.
 *
 * No candidate is promoted before one without a failure could be, so the looks before that spend no chance.
 */
function promoteLevels(level: number, looks: readonly number[], marginPoints: number): PromoteLevels {
  const cap = looks.at(-1) as number;
  const upToCap = level * promoteShares.upToCap;
  // The Wilson interval of no failure ends at z² / (n + z²).
  const needed = (z: number) => Math.ceil((z * z * (100 - marginPoints)) / marginPoints);
  let from = Math.min(looks[0] as number, cap);
  while (from < cap && needed(anyTimeQuantile(upToCap, from, cap)) > from) from++;
  const z = anyTimeQuantile(upToCap, from, cap);
  const beyond = level * promoteShares.beyond;
  return { from, z: (pairs) => (pairs <= cap ? z : Math.max(z, beyondCap(beyond, pairs / cap))) };
}

/** @param level of all doublings together. @param times how many times the cap is reached; above 1. */
function beyondCap(level: number, times: number): number {
  const doubling = Math.ceil(Math.log2(times));
  return anyTimeQuantile(level / 2 ** doubling, 1, 2);
}
