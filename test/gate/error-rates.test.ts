import { describe, expect, it } from 'vitest';
import { DecisionOdds } from '../../src/gate/decision-odds.ts';
import { samplePlan } from '../../src/gate/sample-plan.ts';
import { missedBars, runSelftestCase } from '../../src/gate/selftest.ts';
import { selftestCases } from '../../src/gate/selftest-cases.ts';
import { defaultPolicy } from './evidence-of.ts';

const odds = new DecisionOdds(defaultPolicy);

describe('the exact odds of the default policy', () => {
  it('keep the promises to an equal pair at 98 %', () => {
    const equal = odds.of(0.98, 0.98);
    expect(equal.block).toBeLessThan(0.01);
    expect(equal.inconclusive).toBeLessThan(0.02);
  });

  it.each([1, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])(
    'block an equal pair at %d at most once in a hundred',
    (rate) => {
      expect(odds.of(rate, rate).block).toBeLessThan(0.01);
    },
  );

  it.each([1, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])(
    'promote a candidate that is worse than %d by the margin at most once in twenty',
    (rate) => {
      expect(odds.of(rate, rate - 0.1).promote).toBeLessThan(0.05);
    },
  );

  describe('keep the promises with a request after every pair', () => {
    const impatient = new DecisionOdds(defaultPolicy, { everyPair: true });

    it.each([1, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])('at a baseline of %d', (rate) => {
      expect(impatient.of(rate, rate).block).toBeLessThan(0.01);
      expect(impatient.of(rate, rate - 0.1).promote).toBeLessThan(0.05);
    });
  });

  it('find breakage within the promised attempts', () => {
    expect(odds.of(0.98, 0.49).meanAttemptsToBlock).toBeLessThan(20);
    expect(odds.of(0.98, 0).meanAttemptsToBlock).toBeLessThan(5);
    expect(odds.of(0.98, 0).block).toBeGreaterThan(0.9999);
  });

  it('add up to one', () => {
    const { promote, block, inconclusive } = odds.of(0.93, 0.81);
    expect(promote + block + inconclusive).toBeCloseTo(1, 9);
  });
});

describe('the selftest', () => {
  const cases = selftestCases(defaultPolicy);

  it.each(
    cases
      .filter(({ askedUntil }) => askedUntil === undefined)
      .map((each) => [`${each.group}: ${each.name}`, each] as const),
  )('keeps its bars, in short: %s', (_, each) => {
    const result = runSelftestCase(each, defaultPolicy, 120);
    // So few simulations cannot show a rate of one in a hundred: a bar counts as missed only far beyond it.
    const missed = missedBars(each, result, defaultPolicy).filter(({ what, atMost, atLeast }) => {
      const value = result[what] ?? 0;
      return (
        value > (atMost ?? Infinity) + (atMost !== undefined && atMost < 1 ? 0.05 : 1) || value < (atLeast ?? 0) - 0.05
      );
    });
    expect(missed).toEqual([]);
  });

  it('simulates what the exact odds say, since both ask the same rules', () => {
    for (const [baseline, candidate] of [
      [0.98, 0.49],
      [0.98, 0.8],
      [0.8, 0.8],
    ] as const) {
      const simulations = 400;
      const simulated = runSelftestCase(
        { group: 'check', name: `${baseline} ${candidate}`, truths: [{ success: { baseline, candidate } }], bars: [] },
        defaultPolicy,
        simulations,
      );
      const exact = odds.of(baseline, candidate);
      for (const verdict of ['promote', 'block', 'inconclusive'] as const) {
        const error = Math.sqrt((exact[verdict] * (1 - exact[verdict])) / simulations);
        expect(Math.abs(simulated[verdict] - exact[verdict])).toBeLessThan(4 * error + 0.005);
      }
    }
  });

  it('gives the same numbers for the same case', () => {
    const [first] = cases;
    if (!first) throw new Error('there are no cases');
    expect(runSelftestCase(first, defaultPolicy, 20)).toEqual(runSelftestCase(first, defaultPolicy, 20));
  });
});

describe('the sample plan', () => {
  const plan = samplePlan(defaultPolicy, 0.98);

  it('says what each sample size finds: the more attempts, the smaller the loss', () => {
    const found = plan.detects.map(({ lossPoints }) => lossPoints);
    expect(found[0]).toBeGreaterThan(40);
    expect(found.at(-1)).toBeLessThan(15);
    expect([...found].sort((a, b) => (b ?? 0) - (a ?? 0))).toEqual(found);
  });

  it('goes from an equal candidate to one that always fails', () => {
    expect(plan.rows[0]?.lossPoints).toBe(0);
    expect(plan.rows.at(-1)?.lossPoints).toBe(98);
    expect(plan.rows.at(-1)?.odds.block).toBeGreaterThan(0.9999);
  });
});
