import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import { errorBudget, type FlowShape } from '../../src/gate/error-budget.ts';
import { anyTimeQuantile } from '../../src/gate/statistics/any-time-quantile.ts';
import { upperTail } from '../../src/gate/statistics/normal.ts';
import { defaultPolicy } from './evidence-of.ts';

const oneCell = { hasSeveralCells: false, marginPoints: 10 };
const severalCells = { hasSeveralCells: true, marginPoints: 10 };
/** Of a policy of its own, since a budget is worked out once for each policy. */
const budgetOf = (flows: number, shape: FlowShape, policy: Policy = defaultPolicy) =>
  errorBudget({ ...policy }, flows, shape);
/** The chance that a closed cell hides a loss, with 13 attempts of the baseline in it. */
const hiding = 0.7 ** 13;
const withLooks = (...looks: number[]): Policy => ({
  ...defaultPolicy,
  success: { ...defaultPolicy.success, looks },
});

describe('the chance of a wrong block', () => {
  it('is shared by the fast path, the rate and single cells: 60, 30 and 10 %', () => {
    const { breakageFrom, blockZ, cellLevel } = budgetOf(1, oneCell);
    expect(1 / breakageFrom).toBeCloseTo(0.006, 12);
    expect(blockZ).toBeCloseTo(anyTimeQuantile(0.003, 10, 160), 12);
    expect(cellLevel).toBeCloseTo(upperTail(anyTimeQuantile(0.001, 10, 160)), 12);
  });

  it('is shared by flows, and so is that of the time to ready', () => {
    const { breakageFrom, blockZ, cellLevel, timeLevel } = budgetOf(4, oneCell);
    expect(1 / breakageFrom).toBeCloseTo(0.0015, 12);
    expect(blockZ).toBeCloseTo(anyTimeQuantile(0.00075, 10, 160), 12);
    expect(cellLevel).toBeCloseTo(upperTail(anyTimeQuantile(0.00025, 10, 160)), 12);
    expect(timeLevel).toBeCloseTo(upperTail(anyTimeQuantile(0.0025, 10, 160)), 12);
    expect(budgetOf(1, oneCell).timeLevel).toBeCloseTo(upperTail(anyTimeQuantile(0.01, 10, 160)), 12);
  });
});

describe('the chance of a wrong promotion', () => {
  it('is not shared by flows, since each of them has to be promoted', () => {
    const [one, four] = [1, 4].map((flows) => budgetOf(flows, severalCells).promote);
    expect(four?.from).toBe(one?.from);
    expect(four?.z(160)).toBe(one?.z(160));
  });

  it('is spent from the number of attempts on at which a candidate without a failure is promoted', () => {
    const { from, z } = budgetOf(1, oneCell).promote;
    expect(from).toBe(53);
    expect(z(from)).toBeCloseTo(anyTimeQuantile(0.045 * 0.92, from, 160), 12);
    // The Wilson interval of no failure in n attempts ends at z² / (n + z²).
    const endAfter = (attempts: number) => z(from) ** 2 / (attempts + z(from) ** 2);
    expect(endAfter(from)).toBeLessThanOrEqual(0.1);
    expect(endAfter(from - 1)).toBeGreaterThan(0.1);
  });

  it.each([
    ['cells', 1, severalCells],
    ['flows', 2, oneCell],
  ])(
    'is reduced by the chance that a closed cell or a flow that is set aside hides a loss, where there are several %s',
    (_, flows, shape) => {
      const { from, z } = budgetOf(flows, shape).promote;
      expect(z(from)).toBeCloseTo(anyTimeQuantile((0.045 - hiding) * 0.92, from, 160), 12);
      expect(from).toBe(57);
    },
  );

  it('is smaller for each doubling beyond the cap, and never buys a laxer level', () => {
    const { from, z } = budgetOf(1, oneCell).promote;
    const share = 0.045 * 0.08;
    const upToCap = z(from);
    expect(z(160)).toBe(upToCap);
    expect(z(161)).toBeCloseTo(Math.max(upToCap, anyTimeQuantile(share / 2, 1, 2)), 12);
    expect(z(320)).toBe(z(161));
    expect(z(321)).toBeCloseTo(anyTimeQuantile(share / 4, 1, 2), 12);
    expect(z(641)).toBeCloseTo(anyTimeQuantile(share / 8, 1, 2), 12);
    expect(z(641)).toBeGreaterThan(z(321));
  });

  it('begins at the first look where a candidate without a failure could be promoted before it', () => {
    expect(budgetOf(1, oneCell, withLooks(100, 160)).promote.from).toBe(100);
    expect(budgetOf(1, oneCell, withLooks(100)).promote.from).toBe(100);
  });

  it('begins at the cap where no candidate can be promoted', () => {
    expect(budgetOf(1, oneCell, withLooks(10, 20)).promote.from).toBe(20);
  });

  it('begins earlier for a wider margin', () => {
    expect(budgetOf(1, { ...oneCell, marginPoints: 20 }).promote.from).toBeLessThan(53);
    expect(budgetOf(1, { ...oneCell, marginPoints: 5 }).promote.from).toBeGreaterThan(53);
  });
});

it('the budget of the same flow is worked out once', () => {
  const policy = { ...defaultPolicy };
  const first = errorBudget(policy, 2, severalCells);
  expect(errorBudget(policy, 2, { ...severalCells })).toBe(first);
  for (const other of [
    errorBudget(policy, 3, severalCells),
    errorBudget(policy, 2, oneCell),
    errorBudget(policy, 2, { ...severalCells, marginPoints: 5 }),
    errorBudget({ ...defaultPolicy }, 2, severalCells),
  ]) {
    expect(other).not.toBe(first);
  }
});
