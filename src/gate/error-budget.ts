import type { Policy } from '../contracts/policy.ts';
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
  /** Normal quantile of the upper end of the loss, by attempts per arm. */
  promoteZ: (pairs: number) => number;
  /** A cell is worse when its adjusted p-value is at most this. */
  cellLevel: number;
  /** Level of the two tests of time to ready. */
  timeLevel: number;
}

/**
 * Shares the chances of a wrong verdict among flows and rules, for somebody who asks after every attempt between the first look
 * and the cap. A false block of any flow blocks, so flows share `falseBlock`; every flow has to be promoted, so each may use
 * `falsePromote` in full.
 *
 * Levels never get laxer with more attempts, so one more failure of the candidate cannot buy a laxer one. Whoever asks for ever
 * would be promoted in the end at any fixed level, so beyond the cap each doubling of the attempts has half of the share of the one before.
 * Blocking needs no such thing: an interval that leaves 0 out and still reaches the margin is soon impossible for equal arms.
 */
export function errorBudget({ success, timeToReady }: Policy, flows: number): ErrorBudget {
  const first = success.looks[0] as number;
  const cap = success.looks.at(-1) as number;
  const block = success.falseBlock / flows;
  const zOf = (level: number) => anyTimeQuantile(level, first, cap);
  const beyond = success.falsePromote * promoteShares.beyond;
  const upToCap = zOf(success.falsePromote * promoteShares.upToCap);
  return {
    breakageFrom: 1 / (block * blockShares.fastPath),
    blockZ: zOf(block * blockShares.rates),
    promoteZ: (pairs) => (pairs <= cap ? upToCap : Math.max(upToCap, beyondCap(beyond, pairs / cap))),
    cellLevel: upperTail(zOf(block * blockShares.cells)),
    timeLevel: upperTail(zOf(timeToReady.falseBlock / flows)),
  };
}

/** @param level of all doublings together. @param times how many times the cap is reached; above 1. */
function beyondCap(level: number, times: number): number {
  const doubling = Math.ceil(Math.log2(times));
  return anyTimeQuantile(level / 2 ** doubling, 1, 2);
}
