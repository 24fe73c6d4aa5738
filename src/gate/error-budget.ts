import type { Policy } from '../contracts/policy.ts';
import { upperQuantile } from './statistics/normal.ts';

/**
 * How the policy's error rates are shared. The fast path looks after every pair and finds what is urgent, so it gets most.
 * Each share is a bound on its own chance, so they may be added whatever depends on what (union bound).
 */
const shares = { fastPath: 0.6, looks: 0.3, cells: 0.1 } as const;

/** Error rates and quantiles of one flow. */
export interface ErrorBudget {
  /** The breakage ratio blocks from here. */
  breakageFrom: number;
  /** Normal quantile of the lower end of the loss at one look. */
  blockZ: number;
  /** Normal quantile of the upper end of the loss at one look. */
  promoteZ: number;
  /** A cell is worse when its adjusted p-value is at most this. */
  cellLevel: number;
  /** Level of the two tests of time to ready at one look. */
  timeLevel: number;
}

/**
 * Shares the chances of a wrong verdict among flows, rules and looks. Looks share equally: then the level at a look does not
 * depend on the number of attempts, and attempts that were made besides the plan cannot buy a laxer one.
 * A false block of any flow blocks, so flows share `falseBlock`; every flow has to be promoted, so each may use `falsePromote` in full.
 */
export function errorBudget({ success, timeToReady }: Policy, flows: number): ErrorBudget {
  const looks = success.looks.length;
  const block = success.falseBlock / flows;
  return {
    breakageFrom: 1 / (block * shares.fastPath),
    blockZ: upperQuantile((block * shares.looks) / looks),
    promoteZ: upperQuantile(success.falsePromote / looks),
    cellLevel: (block * shares.cells) / looks,
    timeLevel: timeToReady.falseBlock / flows / looks,
  };
}
