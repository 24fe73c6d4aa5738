import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import type { Policy, Threshold } from '../../src/contracts/policy.ts';
import { checkPolicy } from '../../src/gate/check-policy.ts';
import { defaultPolicy } from './evidence-of.ts';

const withSuccess = (more: Partial<Policy['success']>): Policy => ({
  ...defaultPolicy,
  success: { ...defaultPolicy.success, ...more },
});
const withThresholds = (...thresholds: Threshold[]): Policy => ({ ...defaultPolicy, thresholds });
const withClosing = (beforePromoting: number, falsePromote = defaultPolicy.success.falsePromote): Policy => ({
  ...withSuccess({ falsePromote }),
  deadCells: { ...defaultPolicy.deadCells, beforePromoting },
});

/** What is wrong with a policy; null when nothing is. */
function refusal(policy: Policy): string | null {
  try {
    checkPolicy(policy, 'mine.yaml');
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

describe('a policy under which both verdicts can come', () => {
  it('is accepted', () => {
    expect(refusal(defaultPolicy)).toBeNull();
  });

  it('may have a threshold that sets no margin, or a margin that can be reached', () => {
    expect(refusal(withThresholds({ flow: ['qr-to-ready'], timeRatio: 2 }))).toBeNull();
    expect(refusal(withThresholds({ build: ['2.3000.1'], marginPoints: 5 }))).toBeNull();
  });
});

describe('a policy under which nothing could be promoted', () => {
  it('is refused where closed cells hide a loss as often as promotions may be wrong', () => {
    expect(refusal(withClosing(4))).toBe(
      'mine.yaml: deadCells.beforePromoting: after 4 attempts a baseline that works 30 % of the time is taken for one that never does with a chance of 24 %, and falsePromote is 4.5 %; give more attempts',
    );
    expect(refusal(withClosing(1))).toContain('after 1 attempt a baseline');
    expect(refusal(withClosing(13, 0.7 ** 13))).toContain('deadCells.beforePromoting');
  });

  it('is refused where the cap is too low for the margin', () => {
    const atCap = (cap: number) => refusal(withSuccess({ looks: [10, cap] }));
    expect(atCap(43)).toBe(
      `mine.yaml: success: nothing could ever be promoted: after 43 attempts per arm, the cap, the loss may be above 10 points though none failed; give more looks, a wider margin or a higher falsePromote`,
    );
    expect(atCap(44)).toBeNull();
  });

  it('is refused where the cap is too low for the margin of one threshold, which is named', () => {
    const [wide, narrow] = [
      { build: ['2.3000.1'], marginPoints: 5 },
      { build: ['2.3000.2'], marginPoints: 2 },
    ];
    expect(refusal(withThresholds(wide, narrow))).toBe(
      'mine.yaml: thresholds[1].marginPoints: nothing could ever be promoted: after 160 attempts per arm, the cap, the loss may be above 2 points though none failed; give more looks or a wider margin',
    );
    expect(refusal(withThresholds({ ...narrow, marginPoints: 3 }))).toBeNull();
    expect(refusal(withThresholds({ ...narrow, marginPoints: 2.9 }))).toContain('thresholds[0]');
  });
});

describe('a policy under which nothing could be blocked', () => {
  const afterPairs = (pairs: number, falseBlock: number) =>
    refusal(withSuccess({ looks: [pairs], marginPoints: 99, falsePromote: 0.49, falseBlock }));

  it('is refused where a candidate that always fails would pass the cap', () => {
    expect(afterPairs(3, 0.01)).toBe(
      'mine.yaml: success: nothing could ever be blocked: after 3 attempts per arm, the cap, not even a candidate that always fails would be; give more looks or a higher falseBlock',
    );
  });

  it('is accepted where such a candidate is blocked as broken, or by its rate', () => {
    expect(afterPairs(4, 0.01)).toBeNull();
    // 48 times likelier than equal, and broken from 56 on: only the rate blocks.
    expect(afterPairs(3, 0.03)).toBeNull();
  });
});
