import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakageRatio } from '../../../src/gate/statistics/breakage-ratio.ts';
import { anyCounts } from './arbitraries.ts';

const pairs = (attempts: number, baselineFailures: number, candidateFailures: number) => ({
  baseline: { attempts, failures: baselineFailures },
  candidate: { attempts, failures: candidateFailures },
});

function binomial(n: number, k: number, p: number): number {
  let chance = (1 - p) ** n;
  for (let i = 0; i < k; i++) chance *= ((n - i) / (i + 1)) * (p / (1 - p));
  return chance;
}

describe('the breakage ratio', () => {
  it('is a fair bet without a gain in the mean when the arms are equal, whatever their rate', () => {
    const n = 12;
    for (const failureRate of [0.01, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      let mean = 0;
      for (let b = 0; b <= n; b++) {
        for (let c = 0; c <= n; c++) {
          mean += binomial(n, b, failureRate) * binomial(n, c, failureRate) * breakageRatio([pairs(n, b, c)]);
        }
      }
      expect(mean).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  it('is the probability ratio worked out by hand for one alternative at a time', () => {
    // Four pairs in which only the baseline works: 0.7 (0.99² / 0.25)⁴ + 0.3 (0.98 × 0.55 / (0.715 × 0.285))⁴.
    const expected = 0.7 * (0.99 ** 2 / 0.25) ** 4 + 0.3 * ((0.98 * 0.55) / (0.715 * 0.285)) ** 4;
    expect(breakageRatio([pairs(4, 0, 4)])).toBeCloseTo(expected, 8);
  });

  it('is 1 for a cell without an attempt', () => {
    expect(breakageRatio([pairs(0, 0, 0)])).toBe(1);
    const broken = breakageRatio([pairs(4, 0, 4)]);
    expect(breakageRatio([pairs(4, 0, 4), pairs(0, 0, 0)])).toBeCloseTo((broken + (broken + 1) / 2) / 2, 8);
  });

  it('does not take an uneven spread over easy and hard cells for breakage', () => {
    const worksForBoth = { baseline: { attempts: 20, failures: 0 }, candidate: { attempts: 2, failures: 0 } };
    const worksForNobody = { baseline: { attempts: 1, failures: 1 }, candidate: { attempts: 10, failures: 10 } };
    expect(breakageRatio([worksForBoth, worksForNobody])).toBeLessThan(1);
  });

  it('is no bet worth taking either when the arms are uneven, in each cell in its own way', () => {
    const [easy, hard] = [0.05, 0.9];
    let mean = 0;
    for (let b = 0; b <= 8; b++) {
      for (let c = 0; c <= 2; c++) {
        for (let d = 0; d <= 2; d++) {
          for (let e = 0; e <= 8; e++) {
            const chance = binomial(8, b, easy) * binomial(2, c, easy) * binomial(2, d, hard) * binomial(8, e, hard);
            mean +=
              chance *
              breakageRatio([
                { baseline: { attempts: 8, failures: b }, candidate: { attempts: 2, failures: c } },
                { baseline: { attempts: 2, failures: d }, candidate: { attempts: 8, failures: e } },
              ]);
          }
        }
      }
    }
    expect(mean).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('finds one broken cell beside a cell that is broken in both arms', () => {
    const brokenForBoth = pairs(6, 6, 6);
    expect(breakageRatio([pairs(7, 0, 7), brokenForBoth])).toBeGreaterThan(1000);
  });

  it('never falls when one more attempt of the candidate fails instead of passing', () => {
    fc.assert(
      fc.property(anyCounts, anyCounts, (baseline, candidate) => {
        fc.pre(candidate.failures < candidate.attempts);
        const worse = { ...candidate, failures: candidate.failures + 1 };
        expect(breakageRatio([{ baseline, candidate: worse }])).toBeGreaterThanOrEqual(
          breakageRatio([{ baseline, candidate }]),
        );
      }),
    );
  });
});
