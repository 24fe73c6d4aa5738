import { describe, expect, it } from 'vitest';
import { missedBars, runSelftestCase, type SelftestCase, type SelftestResult } from '../../src/gate/selftest.ts';
import type { Truth } from '../../src/gate/simulated-cell.ts';
import { defaultPolicy } from './evidence-of.ts';

const truth = (baseline: number, candidate: number): Truth => ({ success: { baseline, candidate }, timed: false });
const caseOf = (truths: Truth[], more: Partial<SelftestCase> = {}): SelftestCase => ({
  group: 'group',
  name: 'name',
  truths,
  bars: [],
  ...more,
});
const result = (truths: Truth[], more: Partial<SelftestCase> = {}, simulations = 3) =>
  runSelftestCase(caseOf(truths, more), defaultPolicy, simulations);

describe('a case of the selftest', () => {
  it('has the share of each verdict and the mean attempts', () => {
    const none = { promote: 0, block: 0, inconclusive: 0 };
    expect(result([truth(1, 1)])).toEqual({
      ...none,
      ...{ promote: 1, meanAttempts: 53, meanAttemptsToBlock: null, mostPairs: 53 },
    });
    expect(result([truth(1, 0)])).toEqual({
      ...none,
      ...{ block: 1, meanAttempts: 4, meanAttemptsToBlock: 4, mostPairs: 4 },
    });
    expect(result([truth(0, 0)])).toEqual({
      ...none,
      ...{ inconclusive: 1, meanAttempts: 4, meanAttemptsToBlock: null, mostPairs: 0 },
    });
  });

  it('has shares that add up, and a mean of those that were blocked', () => {
    const { promote, block, inconclusive, meanAttempts, meanAttemptsToBlock } = result([truth(0.9, 0.7)], {}, 20);
    expect(promote + block + inconclusive).toBeCloseTo(1, 12);
    expect(block).toBeGreaterThan(0.2);
    expect(block).toBeLessThan(1);
    expect(meanAttemptsToBlock).toBeGreaterThan(4);
    expect(meanAttemptsToBlock).toBeLessThan(160);
    // All others go to the cap.
    expect(meanAttempts).toBeCloseTo(block * (meanAttemptsToBlock ?? 0) + (1 - block) * 160, 9);
  });

  it('has a seed that is made from its name', () => {
    const [truths, more] = [[truth(0.9, 0.7)], { askedUntil: 60 }];
    const first = result(truths, more, 5);
    expect(result(truths, more, 5)).toEqual(first);
    expect(result(truths, { ...more, name: 'eman' }, 5)).not.toEqual(first);
    expect(result(truths, { ...more, group: 'other' }, 5)).not.toEqual(first);
  });

  it('has simulations of its own where it says so', () => {
    const once = caseOf([truth(0.5, 0.5)], { simulations: 1 });
    expect(runSelftestCase(once, defaultPolicy)).toEqual(runSelftestCase(once, defaultPolicy, 1));
  });
});

describe('a case with a request after every pair', () => {
  it('ends with the first verdict', () => {
    expect(result([truth(1, 1)], { askedUntil: 160 })).toMatchObject({ promote: 1, meanAttempts: 53 });
    expect(result([truth(1, 0)], { askedUntil: 160 })).toMatchObject({ block: 1, meanAttempts: 4 });
  });

  it('ends at the attempts up to which verdicts are requested', () => {
    expect(result([truth(1, 1)], { askedUntil: 12 })).toMatchObject({
      inconclusive: 1,
      meanAttempts: 12,
      mostPairs: 12,
    });
  });

  it('ends when no version works in any cell', () => {
    expect(result([truth(0, 0)], { askedUntil: 160 })).toMatchObject({ inconclusive: 1, meanAttempts: 0 });
    // One cell that works for neither does not end it.
    expect(result([truth(1, 1), truth(0, 0)], { askedUntil: 160 })).toMatchObject({ promote: 1, meanAttempts: 57 });
  });

  it('lets cells take turns', () => {
    expect(result([truth(1, 1), truth(1, 0)], { askedUntil: 160 })).toMatchObject({ block: 1, mostPairs: 9 });
  });

  it('has a request after every tenth turn beyond the cap', () => {
    expect(result([truth(0.5, 0.5)], { askedUntil: 161 }, 12).mostPairs).toBe(170);
    expect(result([truth(0.5, 0.5)], { askedUntil: 159 }, 12).mostPairs).toBe(159);
  });
});

describe('the bars of a case', () => {
  const kept: SelftestResult = {
    ...{ promote: 0.99, block: 0.01, inconclusive: 0 },
    ...{ meanAttempts: 50, meanAttemptsToBlock: 20, mostPairs: 160 },
  };
  const missed = (bars: SelftestCase['bars'], more: Partial<SelftestResult> = {}, its: Partial<SelftestCase> = {}) =>
    missedBars(caseOf([truth(1, 1)], { bars, ...its }), { ...kept, ...more }, defaultPolicy);

  it('are kept up to and including the promised figure', () => {
    const [atMost, atLeast] = [
      { what: 'block', atMost: 0.01 },
      { what: 'promote', atLeast: 0.99 },
    ] as const;
    expect(missed([atMost, atLeast])).toEqual([]);
    expect(missed([atMost, atLeast], { block: 0.011 })).toEqual([atMost]);
    expect(missed([atMost, atLeast], { promote: 0.989 })).toEqual([atLeast]);
  });

  it('are missed where there is no figure', () => {
    const bar = { what: 'meanAttemptsToBlock', atMost: 20 } as const;
    expect(missed([bar])).toEqual([]);
    expect(missed([bar], { meanAttemptsToBlock: null })).toEqual([bar]);
  });

  it('include the cap of the policy, with four attempts for each further cell, unless verdicts are requested', () => {
    expect(missed([], { mostPairs: 161 })).toEqual([{ what: 'mostPairs', atMost: 160 }]);
    expect(missed([], { mostPairs: 161 }, { askedUntil: 1000 })).toEqual([]);
    const three = { truths: [truth(1, 1), truth(1, 1), truth(1, 1)] };
    expect(missed([], { mostPairs: 168 }, three)).toEqual([]);
    expect(missed([], { mostPairs: 169 }, three)).toEqual([{ what: 'mostPairs', atMost: 168 }]);
  });
});
