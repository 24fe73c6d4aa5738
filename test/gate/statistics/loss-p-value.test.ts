import { describe, expect, it } from 'vitest';
import { lossPValue } from '../../../src/gate/statistics/loss-p-value.ts';
import { newcombeInterval } from '../../../src/gate/statistics/newcombe-interval.ts';
import { upperQuantile } from '../../../src/gate/statistics/normal.ts';

const counts = (failures: number, attempts: number) => ({ failures, attempts });

describe('the p-value of a loss', () => {
  it('is 1 where the candidate does not fail more often', () => {
    expect(lossPValue(counts(2, 20), counts(2, 20))).toBe(1);
    expect(lossPValue(counts(3, 20), counts(2, 20))).toBe(1);
  });

  it('is the error rate at which the interval begins at 0', () => {
    const [baseline, candidate] = [counts(1, 40), counts(9, 40)];
    const pValue = lossPValue(baseline, candidate);
    expect(pValue).toBeGreaterThan(0.001);
    expect(pValue).toBeLessThan(0.05);
    expect(newcombeInterval(baseline, candidate, upperQuantile(pValue)).lower).toBeCloseTo(0, 12);
  });

  it('is not 0, however sure the loss is', () => {
    const pValue = lossPValue(counts(0, 100_000), counts(100_000, 100_000));
    expect(pValue).toBeGreaterThan(0);
    expect(pValue).toBeLessThan(1e-80);
  });
});
