import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import { DecisionOdds, type Odds } from '../../src/gate/decision-odds.ts';
import { comparisonOf } from '../../src/gate/evidence/evidence.ts';
import { judgeFlow } from '../../src/gate/judge-flow.ts';
import { cellOf } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

/** Decides within six pairs, so that all sequences of results can be tried. */
const hasty: Policy = {
  ...defaultPolicy,
  success: { marginPoints: 60, looks: [3, 5, 6], falseBlock: 0.3, falsePromote: 0.4 },
  deadCells: { ...defaultPolicy.deadCells, attempts: 1, beforePromoting: 1 },
};
const [first, cap] = [3, 6];

/** The odds of every sequence of results, each of which is judged pair by pair. */
function oddsOfSequences(baseline: number, candidate: number, everyPair: boolean): Odds {
  const { looks } = hasty.success;
  const odds = { promote: 0, block: 0, inconclusive: 0, meanAttempts: 0, meanAttemptsToBlock: 0 };
  const blockedBy = looks.map((attempts) => ({ attempts, chance: 0 }));
  const goOn = (chance: number, pairs: number, failures: [baseline: number, candidate: number]): void => {
    const verdict = pairs === 0 ? 'inconclusive' : verdictAfter(pairs, ...failures, everyPair);
    if (verdict === 'inconclusive' && pairs < cap) {
      for (const [b, c] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const both = (b ? 1 - baseline : baseline) * (c ? 1 - candidate : candidate);
        if (both > 0) goOn(chance * both, pairs + 1, [failures[0] + b, failures[1] + c]);
      }
      return;
    }
    odds[verdict] += chance;
    odds.meanAttempts += chance * pairs;
    if (verdict !== 'block') return;
    odds.meanAttemptsToBlock += chance * pairs;
    for (const look of blockedBy) if (look.attempts >= pairs) look.chance += chance;
  };
  goOn(1, 0, [0, 0]);
  return { ...odds, meanAttemptsToBlock: odds.meanAttemptsToBlock / odds.block, blockedBy };
}

function verdictAfter(attempts: number, baseline: number, candidate: number, everyPair: boolean) {
  const flow = { flow: 'f', cells: [cellOf(1, [attempts - baseline, attempts], [attempts - candidate, attempts])] };
  const { verdict, rule } = judgeFlow(flow, hasty, comparisonOf({ flows: [flow] }));
  const isJudged = everyPair ? attempts >= first : hasty.success.looks.includes(attempts);
  return isJudged || rule === 'fast-path' ? verdict : 'inconclusive';
}

describe('the odds of a policy', () => {
  it.each([
    [1, 0.7, false],
    [1, 0.4, false],
    [0.6, 1, false],
    [1, 0.7, true],
    [1, 0.4, true],
    [0.6, 1, true],
  ])('are those of all sequences of pairs: baseline %d, candidate %d, a request after every pair: %s', (...given) => {
    const [baseline, candidate, everyPair] = given;
    const odds = new DecisionOdds(hasty, { everyPair }).of(baseline, candidate);
    const expected = oddsOfSequences(baseline, candidate, everyPair);
    for (const key of ['promote', 'block', 'inconclusive', 'meanAttempts'] as const) {
      expect(odds[key], key).toBeCloseTo(expected[key], 12);
    }
    if (expected.block > 0) expect(odds.meanAttemptsToBlock).toBeCloseTo(expected.meanAttemptsToBlock, 12);
    expect(odds.blockedBy.map(({ attempts }) => attempts)).toEqual([3, 5, 6]);
    odds.blockedBy.forEach(({ chance }, i) => {
      expect(chance).toBeCloseTo(expected.blockedBy[i]?.chance as number, 12);
    });
  });

  it('are about those of all sequences where both arms fail: a flow in which neither version ever succeeds is not promoted', () => {
    const odds = new DecisionOdds(hasty).of(0.8, 0.6);
    const expected = oddsOfSequences(0.8, 0.6, false);
    for (const key of ['promote', 'block', 'inconclusive', 'meanAttempts', 'meanAttemptsToBlock'] as const) {
      expect(Math.abs(odds[key] - expected[key]), key).toBeLessThan(0.002);
    }
  });

  it('need no chance where an arm always or never passes', () => {
    const odds = new DecisionOdds(defaultPolicy);
    expect(odds.of(1, 1)).toMatchObject({ promote: 1, block: 0, inconclusive: 0, meanAttempts: 53 });
    expect(odds.of(1, 0)).toMatchObject({ promote: 0, block: 1, meanAttempts: 4, meanAttemptsToBlock: 4 });
    expect(odds.of(1, 0).blockedBy[0]).toEqual({ attempts: 10, chance: 1 });
    expect(odds.of(1, 1).meanAttemptsToBlock).toBeNaN();
  });

  it('are judged at looks only, unless a verdict is requested after every pair', () => {
    const policy = { ...defaultPolicy, success: { ...defaultPolicy.success, looks: [10, 20, 60] } };
    expect(new DecisionOdds(policy).of(1, 1).meanAttempts).toBe(60);
    expect(new DecisionOdds(policy, { everyPair: true }).of(1, 1).meanAttempts).toBe(44);
  });
});
