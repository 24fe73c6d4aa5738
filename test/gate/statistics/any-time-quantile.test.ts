import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import { anyTimeQuantile } from '../../../src/gate/statistics/any-time-quantile.ts';
import { upperQuantile } from '../../../src/gate/statistics/normal.ts';

describe('the quantile for any time', () => {
  it('solves the formula of Miller and Siegmund, worked out by hand', () => {
    // At z = 2.5 over a range of ten: φ(2.5) = 0.0175283, (2.5 − 0.4) ln 10 / 2 = 2.417714, 2 / 2.5 = 0.8.
    expect(anyTimeQuantile(0.0175283 * (2.417714 + 0.8), 7, 70)).toBeCloseTo(2.5, 5);
  });

  it('is exceeded about as often as it says when a sum is looked at after every observation', () => {
    const random = seededRandom(7);
    const [level, from, to, sums] = [0.1, 20, 320, 4000] as const;
    const z = anyTimeQuantile(level, from, to);
    let exceeded = 0;
    for (let i = 0; i < sums; i++) {
      let sum = 0;
      for (let n = 1; n <= to; n++) {
        // Uniform numbers with variance 1.
        sum += (random() - 0.5) * Math.sqrt(12);
        if (n < from || sum < z * Math.sqrt(n)) continue;
        exceeded++;
        break;
      }
    }
    // Looking at whole numbers only makes it rarer than looking without pause.
    expect(exceeded / sums).toBeLessThan(level + 0.01);
    expect(exceeded / sums).toBeGreaterThan(level * 0.7);
  });

  it('is never below the quantile for one question, and grows with the range', () => {
    const levels = fc.double({ min: 1e-9, max: 0.49, noNaN: true });
    fc.assert(
      fc.property(
        levels,
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        (level, from, times) => {
          const quantile = anyTimeQuantile(level, from, from * times);
          expect(quantile).toBeGreaterThanOrEqual(upperQuantile(level) - 1e-9);
          expect(anyTimeQuantile(level, from, from * times * 2)).toBeGreaterThanOrEqual(quantile);
        },
      ),
    );
  });
});
