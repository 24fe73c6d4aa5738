import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import type { CellEvidence } from '../../src/gate/evidence/evidence.ts';
import { expectedAttempts } from '../../src/gate/expected-attempts.ts';
import { armOf, cellOf } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

/** Promotes an equal candidate without a failure at 15 pairs, which are simulated in less time than 53. */
const policy: Policy = {
  ...defaultPolicy,
  success: { ...defaultPolicy.success, marginPoints: 30, looks: [5, 15, 20] },
};
/** The attempts that a flow of these cells needs where attempts pass whose success rate is above the given number. */
const expected = (cells: CellEvidence[], number = 0) => expectedAttempts({ flow: 'f', cells }, policy, () => number);

describe('the attempts that a flow is expected to need', () => {
  it('are those to the look at which an equal candidate is promoted, less those that were made', () => {
    expect(expected([cellOf(1, [0, 0])])).toBe(15);
    expect(expected([cellOf(1, [8, 8])])).toBe(7);
    expect(expected([cellOf(1, [4, 4]), cellOf(2, [2, 2])])).toBe(9);
  });

  it('are none for a flow that can be promoted', () => {
    expect(expected([cellOf(1, [30, 30])])).toBe(0);
  });

  it('are those that the arm that is behind still lacks', () => {
    expect(expected([cellOf(1, [12, 12], [5, 5])])).toBe(10);
    expect(expected([cellOf(1, [5, 5], [12, 12])])).toBe(10);
  });

  it('go by the rate of the baseline, drawn towards the usual one as by two attempts', () => {
    // No attempt, one failure, two failures: 0.98, 0.65, 0.49. Four failures close the cell.
    for (const [failures, below, above] of [
      [0, 0.97, 0.981],
      [1, 0.65, 0.66],
      [2, 0.48, 0.5],
    ] as const) {
      const failed = [cellOf(1, [0, failures])];
      expect(expected(failed, below)).toBeGreaterThan(10);
      expect(expected(failed, above)).toBe(4 - failures);
    }
  });

  it('expect nothing of a cell in which the baseline failed three times and never passed', () => {
    expect(expected([cellOf(1, [0, 3])])).toBe(1);
  });

  it('leave out what was spoiled or too old, which says nothing about what comes', () => {
    const spoiled = { infra: 30, stale: 20, mismatched: 3 };
    const cell = cellOf(1, armOf([8, 8], spoiled), [8, 8]);
    expect(expected([cell])).toBe(7);
    expect(cell.baseline).toMatchObject({ attempts: 8, ...spoiled });
  });
});
