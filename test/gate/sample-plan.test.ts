import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import { DecisionOdds } from '../../src/gate/decision-odds.ts';
import { samplePlan } from '../../src/gate/sample-plan.ts';
import { defaultPolicy } from './evidence-of.ts';

/** Few attempts, which take less time to work out. */
const policy: Policy = { ...defaultPolicy, success: { ...defaultPolicy.success, looks: [3, 6, 12, 20] } };

describe('a sample plan', () => {
  it('has a row for each usual loss below the rate of the baseline, and for a candidate that always fails', () => {
    const { rows } = samplePlan(policy, 0.5);
    const odds = new DecisionOdds(policy);
    expect(rows.map(({ lossPoints }) => lossPoints)).toEqual([0, 2, 5, 10, 15, 20, 30, 50]);
    expect(rows[0]?.odds).toEqual(odds.of(0.5, 0.5));
    expect(rows[5]?.odds).toEqual(odds.of(0.5, 0.3));
    expect(rows.at(-1)?.odds).toEqual(odds.of(0.5, 0));
  });

  it('has the smallest loss in whole points that each look finds in four of five comparisons', () => {
    const { detects } = samplePlan(policy, 0.98);
    const odds = new DecisionOdds(policy);
    const found = (lossPoints: number, look: number) =>
      odds.of(0.98, 0.98 - lossPoints / 100).blockedBy[look]?.chance ?? 0;
    expect(detects.map(({ attempts }) => attempts)).toEqual([3, 6, 12, 20]);
    expect(detects[0]?.lossPoints).toBeNull();
    for (const look of [1, 2, 3]) {
      const lossPoints = detects[look]?.lossPoints as number;
      expect(found(lossPoints, look)).toBeGreaterThanOrEqual(0.8);
      expect(found(lossPoints - 1, look)).toBeLessThan(0.8);
    }
  });

  it('finds nothing where not even a candidate that always fails is blocked often enough', () => {
    expect(samplePlan(policy, 0.3).detects[1]).toEqual({ attempts: 6, lossPoints: null });
  });
});
