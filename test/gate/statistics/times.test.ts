import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import { hodgesLehmannRatio } from '../../../src/gate/statistics/hodges-lehmann-ratio.ts';
import { mannWhitney } from '../../../src/gate/statistics/mann-whitney.ts';
import { upperTail } from '../../../src/gate/statistics/normal.ts';
import { ratioAtRank } from '../../../src/gate/statistics/ratio-at-rank.ts';
import reference from './reference.json' with { type: 'json' };

const ascending = (values: readonly number[]) => Float64Array.from(values).sort();
/** R is given 1e9 where an attempt never got there: the same rank. */
const timesOf = (values: readonly number[]) => ascending(values.map((value) => (value === 1e9 ? Infinity : value)));
const anyTimes = fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.constant(Infinity)), {
  minLength: 1,
  maxLength: 30,
});

describe('the Mann-Whitney test', () => {
  it('has the statistic and the p-value of R, with ties and with attempts that never got there', () => {
    for (const { baseline, candidate, statistic, pValue } of reference.times) {
      const result = mannWhitney(timesOf(baseline), timesOf(candidate));
      expect(result.statistic).toBe(statistic);
      expect(result.pValue).toBeCloseTo(pValue, 10);
    }
  });

  it('has the published statistic of the permeability of placental membranes', () => {
    // M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), example 4.1: W = 30, that is U = 15 of 50.
    const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];
    expect(mannWhitney(ascending(atTerm), ascending(early)).statistic).toBe(15);
  });

  it('corrects for ties, also among times of one arm that are slower than all of the other, worked out by hand', () => {
    // One of four pairs. Without a tie the variance is 4 · 1 · 6 / 12 = 2; three times that are the same take 0.4 from it.
    const slow = mannWhitney(ascending([1, 5, 5, 5]), ascending([2]));
    expect(slow.statistic).toBe(1);
    expect(slow.pValue).toBeCloseTo(upperTail((1 - 2 - 0.5) / Math.sqrt(1.6)), 12);
    const different = mannWhitney(ascending([1, 5, 6, 7]), ascending([2]));
    expect(different.pValue).toBeCloseTo(upperTail((1 - 2 - 0.5) / Math.sqrt(2)), 12);
  });

  it('gives every pair to one arm or the other, whichever is called candidate', () => {
    fc.assert(
      fc.property(anyTimes, anyTimes, (a, b) => {
        const [x, y] = [ascending(a), ascending(b)];
        expect(mannWhitney(x, y).statistic + mannWhitney(y, x).statistic).toBe(x.length * y.length);
      }),
    );
  });

  it('says nothing when all times are the same', () => {
    expect(mannWhitney(ascending([5, 5, 5]), ascending([5, 5])).pValue).toBe(1);
    expect(mannWhitney(ascending([Infinity]), ascending([Infinity, Infinity])).pValue).toBe(1);
  });
});

describe('the Hodges-Lehmann ratio', () => {
  it('is the median and the ranked ratio of all pairs as R makes them', () => {
    for (const { baseline, candidate, ratios, logMedian } of reference.times.filter(
      (each) => !each.baseline.includes(1e9),
    )) {
      const [b, c] = [ascending(baseline), ascending(candidate)];
      expect(Math.log(hodgesLehmannRatio(b, c, 1.96).estimate)).toBeCloseTo(logMedian, 10);
      const rank = Math.floor(ratios.length / 2 - 1.96 * Math.sqrt((ratios.length * (b.length + c.length + 1)) / 12));
      expect(hodgesLehmannRatio(b, c, 1.96).lower).toBeCloseTo(rank < 1 ? 0 : (ratios[rank - 1] as number), 10);
    }
  });

  it('finds every rank without making the pairs', () => {
    fc.assert(
      fc.property(anyTimes, anyTimes, (a, b) => {
        const [baseline, candidate] = [ascending(a), ascending(b)];
        const ratios = ascending(
          [...candidate].flatMap((c) => [...baseline].map((d) => (c === Infinity && d === Infinity ? 1 : c / d))),
        );
        ratios.forEach((ratio, i) => {
          expect(ratioAtRank(baseline, candidate, i + 1)).toBe(ratio);
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['all different', (random: () => number) => 2000 + random() * 1000],
    ['tenths of milliseconds', (random: () => number) => Math.round(random() * 100) / 10 + 1],
    ['far apart', (random: () => number) => Math.exp(20 * random())],
  ])('finds ranks among very many pairs of times that are %s', (_, timeOf) => {
    const random = seededRandom(1);
    const times = () => ascending(Array.from({ length: 300 }, () => timeOf(random)));
    const [baseline, candidate] = [times(), times()];
    const ratios = ascending([...candidate].flatMap((c) => [...baseline].map((b) => c / b)));
    for (const rank of [1, 2, 17, 1000, 44_999, 45_000, 45_001, 89_999, 90_000]) {
      expect(ratioAtRank(baseline, candidate, rank)).toBe(ratios[rank - 1]);
    }
    const [below, above] = [ratios[44_999] as number, ratios[45_000] as number];
    expect(hodgesLehmannRatio(baseline, candidate, 3).estimate).toBeCloseTo(Math.sqrt(below * above), 12);
  });

  it('counts attempts that never got there as slowest and drops none', () => {
    expect(hodgesLehmannRatio(ascending([1, 1, 1]), ascending([Infinity, Infinity, 2]), 1).estimate).toBe(Infinity);
    expect(hodgesLehmannRatio(ascending([Infinity, Infinity, 1]), ascending([1, 1, 1]), 1).estimate).toBe(0);
    expect(hodgesLehmannRatio(ascending([Infinity]), ascending([Infinity]), 1).estimate).toBe(1);
  });

  it('has no lower bound when there are too few attempts for one', () => {
    expect(hodgesLehmannRatio(ascending([1, 2]), ascending([10, 20]), 3).lower).toBe(0);
  });
});
