import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../src/gate/statistics/counts.ts';
import { newcombeInterval } from '../../../src/gate/statistics/newcombe-interval.ts';
import { upperQuantile, upperTail } from '../../../src/gate/statistics/normal.ts';
import { stratifiedLoss } from '../../../src/gate/statistics/stratified-loss.ts';
import { wilsonInterval } from '../../../src/gate/statistics/wilson-interval.ts';
import { anyCounts, anyZ } from './arbitraries.ts';
import reference from './reference.json' with { type: 'json' };

const z95 = 1.959963984540054;
const counts = ([failures, attempts]: readonly number[]): Counts => ({
  failures: failures as number,
  attempts: attempts as number,
});

describe('the normal distribution', () => {
  it('has the quantiles and tails of R', () => {
    reference.quantiles.level.forEach((level, i) => {
      expect(upperQuantile(level)).toBeCloseTo(reference.quantiles.z[i] as number, 10);
    });
    reference.tails.z.forEach((z, i) => {
      expect(upperTail(z) / (reference.tails.p[i] as number)).toBeCloseTo(1, 8);
    });
  });
});

describe('the Wilson interval', () => {
  // R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0.0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is the published one', (failures, attempts, lower, upper) => {
    const interval = wilsonInterval({ failures, attempts }, z95);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
  });

  it('is that of R', () => {
    for (const { failures, attempts, z, interval } of reference.wilson) {
      const { lower, upper } = wilsonInterval({ failures, attempts }, z);
      expect(lower).toBeCloseTo(interval[0] as number, 10);
      expect(upper).toBeCloseTo(interval[1] as number, 10);
    }
  });
});

describe('the Wilson interval of no failure, or of nothing else', () => {
  it('ends at 0, or at 1, without an error of rounding', () => {
    for (let attempts = 1; attempts <= 40; attempts++) {
      for (const z of [0.7, 1.3, 1.96, 2.42, 3.1]) {
        expect(wilsonInterval({ attempts, failures: 0 }, z).lower).toBe(0);
        expect(wilsonInterval({ attempts, failures: attempts }, z).upper).toBe(1);
      }
    }
  });
});

describe('the Newcombe interval', () => {
  // R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998)
  // 873-890, table II, method 10.
  it.each([
    [[56, 70], [48, 80], 0.0524, 0.3339],
    [[9, 10], [3, 10], 0.1705, 0.809],
    [[6, 7], [2, 7], 0.0582, 0.8062],
    [[5, 56], [0, 29], -0.0381, 0.1926],
    [[0, 10], [0, 20], -0.1611, 0.2775],
    [[0, 10], [0, 10], -0.2775, 0.2775],
    [[10, 10], [0, 20], 0.6791, 1.0],
    [[10, 10], [0, 10], 0.6075, 1.0],
  ])('of %j against %j is the published one', (candidate, baseline, lower, upper) => {
    const interval = newcombeInterval(counts(baseline), counts(candidate), z95);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
  });

  it('is that made from the intervals of R', () => {
    for (const { baseline, candidate, z, interval } of reference.newcombe) {
      const { lower, upper } = newcombeInterval(counts(baseline), counts(candidate), z);
      expect(lower).toBeCloseTo(interval[0] as number, 10);
      expect(upper).toBeCloseTo(interval[1] as number, 10);
    }
  });

  it('changes its sign when the arms are swapped', () => {
    fc.assert(
      fc.property(anyCounts, anyCounts, anyZ, (a, b, z) => {
        const one = newcombeInterval(a, b, z);
        const other = newcombeInterval(b, a, z);
        expect(one.lower).toBeCloseTo(-other.upper, 12);
        expect(one.upper).toBeCloseTo(-other.lower, 12);
      }),
    );
  });
});

describe('the loss over several cells', () => {
  it('is the stratified score interval that R finds numerically', () => {
    for (const { x1, n1, x0, n0, z, interval } of reference.stratified) {
      const cells = x1.map((failures, i) => ({
        candidate: { failures, attempts: n1[i] as number },
        baseline: { failures: x0[i] as number, attempts: n0[i] as number },
      }));
      const loss = stratifiedLoss(cells, z);
      expect(loss?.lower).toBeCloseTo(interval[0] as number, 5);
      expect(loss?.upper).toBeCloseTo(interval[1] as number, 5);
    }
  });

  it('is the Newcombe interval when there is one cell', () => {
    const cell = { baseline: counts([48, 80]), candidate: counts([56, 70]) };
    expect(stratifiedLoss([cell], z95)).toEqual({
      estimate: 0.8 - 0.6,
      ...newcombeInterval(cell.baseline, cell.candidate, z95),
    });
  });

  it('is not fooled by arms that are unevenly spread over easy and hard cells', () => {
    // Each cell shows no difference; added up, the candidate would seem to fail four times as often.
    const loss = stratifiedLoss(
      [
        { baseline: counts([8, 80]), candidate: counts([2, 20]) },
        { baseline: counts([10, 20]), candidate: counts([40, 80]) },
      ],
      z95,
    );
    expect(loss?.estimate).toBeCloseTo(0, 12);
    expect(loss?.lower).toBeLessThan(0);
  });

  it('leaves out cells that one arm was never tried in, and says so when none is left', () => {
    const none = counts([0, 0]);
    const cell = { baseline: counts([1, 20]), candidate: counts([3, 20]) };
    expect(stratifiedLoss([cell, { baseline: counts([9, 9]), candidate: none }], z95)).toEqual(
      stratifiedLoss([cell], z95),
    );
    expect(stratifiedLoss([{ baseline: none, candidate: counts([9, 9]) }], z95)).toBeNull();
  });

  it('contains its estimate, changes its sign with the arms, and does not depend on the order of the cells', () => {
    const cell = fc.record({ baseline: anyCounts, candidate: anyCounts });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), anyZ, (cells, z) => {
        const loss = stratifiedLoss(cells, z) as NonNullable<ReturnType<typeof stratifiedLoss>>;
        expect(loss.lower).toBeLessThanOrEqual(loss.estimate + 1e-9);
        expect(loss.upper).toBeGreaterThanOrEqual(loss.estimate - 1e-9);
        const swapped = stratifiedLoss(
          cells.map(({ baseline, candidate }) => ({ baseline: candidate, candidate: baseline })).reverse(),
          z,
        );
        expect(swapped?.estimate).toBeCloseTo(-loss.estimate, 9);
        expect(swapped?.lower).toBeCloseTo(-loss.upper, 6);
      }),
      { numRuns: 200 },
    );
  });
});
