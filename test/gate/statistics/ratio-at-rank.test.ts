import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../src/contracts/seeded-random.ts';
import { countUpTo, ratioAbove, ratioAtRank } from '../../../src/gate/statistics/ratio-at-rank.ts';

const times = (...values: number[]) => Float64Array.from(values);
/** The ratios of all pairs: 0.5, 1, 1, 2, 2, 2, 4, 4, 8. */
const [baseline, candidate] = [times(1, 2, 4), times(2, 4, 8)];

describe('the ratios of all pairs', () => {
  it.each([
    [0.4, 0],
    [0.5, 1],
    [1, 3],
    [1.9, 3],
    [2, 6],
    [7.9, 8],
    [8, 9],
  ])('up to %d are %i', (limit, count) => {
    expect(countUpTo(baseline, candidate, limit)).toBe(count);
  });

  it.each([
    [0, 0.5],
    [0.5, 1],
    [1, 2],
    [2, 4],
    [3.9, 4],
    [4, 8],
    [8, Infinity],
  ])('above %d begin at %d', (limit, ratio) => {
    expect(ratioAbove(baseline, candidate, limit)).toBe(ratio);
  });

  it('have ranks from 1, the same ratio as often as pairs have it', () => {
    const ranks = Array.from({ length: 9 }, (_, i) => ratioAtRank(baseline, candidate, i + 1));
    expect(ranks).toEqual([0.5, 1, 1, 2, 2, 2, 4, 4, 8]);
    expect(ratioAtRank(times(3), times(6), 1)).toBe(2);
  });

  it('are 0 against an attempt that never got there, endless the other way round, and 1 of two such attempts', () => {
    const [some, none] = [times(2, Infinity), times(Infinity)];
    expect([1, 2].map((rank) => ratioAtRank(some, none, rank))).toEqual([1, Infinity]);
    expect([1, 2].map((rank) => ratioAtRank(none, some, rank))).toEqual([0, 1]);
    expect(countUpTo(none, some, 0)).toBe(1);
    expect(countUpTo(none, some, 1)).toBe(2);
    expect(ratioAbove(some, none, 1)).toBe(Infinity);
  });
});

describe('the ratio at a rank', () => {
  /** How often the times of both arms are read, in walks over both arrays, for each of several ranks of 10,000 pairs. */
  function walksFor(timeOf: (random: Random) => number): number[] {
    const [random, count] = [seededRandom(1), 100];
    let reads = 0;
    const counted = () =>
      new Proxy(Float64Array.from({ length: count }, () => timeOf(random)).sort(), {
        get: (times, key) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
          const value = Reflect.get(times, key, times);
          return typeof value === 'function' ? value.bind(times) : value;
        },
      });
    const [baseline, candidate] = [counted(), counted()];
    return [0.001, 0.01, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99].map((share) => {
      reads = 0;
      ratioAtRank(baseline, candidate, share * count ** 2);
      // Each candidate once, each baseline time once or twice.
      return reads / (3 * count);
    });
  }

  it('takes half as many walks where times are spread evenly as halving the range to 1e-11 would', () => {
    const walks = walksFor((random) => 2000 + random() * 1000);
    expect(walks.reduce((sum, each) => sum + each) / walks.length).toBeLessThan(18);
  });

  it.each([
    ['far apart', (random: Random) => Math.exp(20 * random()), 45],
    ['in two groups', (random: Random) => (random() < 0.5 ? 3000 : 9000) + random(), 35],
    ['alike but for one in a hundred', (random: Random) => (random() < 0.99 ? 3000 + random() : 1e9), 35],
    ['tenths of milliseconds', (random: Random) => Math.round(random() * 100) / 10 + 1, 65],
  ])('takes few walks where times are %s', (_, timeOf, most) => {
    expect(Math.max(...walksFor(timeOf))).toBeLessThan(most);
  });
});
