import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import { simulateRun } from '../../src/gate/simulate-run.ts';
import type { Truth } from '../../src/gate/simulated-cell.ts';
import { cellOf } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

const truth = (baseline: number, candidate: number, more: Partial<Truth> = {}): Truth => ({
  success: { baseline, candidate },
  timed: false,
  ...more,
});
const run = (...truths: Truth[]) => simulateRun(truths, defaultPolicy, seededRandom(1));

describe('a simulated run of the gate', () => {
  it('ends with the verdict, at the attempts at which it is certain', () => {
    expect(run(truth(1, 1))).toEqual({ verdict: 'promote', attempts: 53, pairs: 53 });
    expect(run(truth(1, 0))).toEqual({ verdict: 'block', attempts: 4, pairs: 4 });
  });

  it('is inconclusive where no cell needs more attempts', () => {
    expect(run(truth(0, 0))).toEqual({ verdict: 'inconclusive', attempts: 4, pairs: 0 });
  });

  it('counts the attempts of the arm that has more, in all cells, and the pairs that are in the rate', () => {
    // The baseline has to fail thirteen times in the closed cell before the flow is promoted.
    expect(run(truth(1, 1), truth(0, 0))).toEqual({ verdict: 'promote', attempts: 60 + 13, pairs: 60 });
  });

  it('counts the attempts of the flow that has most', () => {
    const broken = truth(1, 0, { flow: 'other' });
    expect(run(broken, truth(1, 1))).toEqual({ verdict: 'block', attempts: 5, pairs: 5 });
    expect(run(truth(1, 1), broken)).toEqual({ verdict: 'block', attempts: 5, pairs: 5 });
  });

  it('goes on from what is known', () => {
    const known = [cellOf(1, [52, 52])];
    expect(simulateRun([truth(1, 1)], defaultPolicy, seededRandom(1), known)).toMatchObject({ attempts: 53 });
    expect(known).toEqual([cellOf(1, [52, 52])]);
  });
});
