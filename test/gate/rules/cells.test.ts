import { describe, expect, it } from 'vitest';
import { judgeCells } from '../../../src/gate/rules/cells.ts';
import { fastPath } from '../../../src/gate/rules/fast-path.ts';
import { successRate } from '../../../src/gate/rules/success-rate.ts';
import { lossPValue } from '../../../src/gate/statistics/loss-p-value.ts';
import { newcombeInterval } from '../../../src/gate/statistics/newcombe-interval.ts';
import { cellOf } from '../cell-of.ts';

const levels = { blockZ: 2.8, promoteZ: 2.3, cellLevel: 0.001, margin: 0.1 };
const judged = (cells: Parameters<typeof judgeCells>[0], more: Partial<typeof levels> = {}) =>
  judgeCells(cells, () => ({ ...levels, ...more }));

describe('a cell', () => {
  const fine = cellOf(1, [80, 80]);

  it('has a p-value that is adjusted for the number of cells with both arms', () => {
    const worse = cellOf(2, [40, 40], [34, 40]);
    const alone = lossPValue(worse.baseline, worse.candidate);
    expect(judged([worse])[0]?.pValue).toBeCloseTo(alone, 12);
    expect(judged([fine, worse, cellOf(3, [9, 9], [0, 0])]).map(({ pValue }) => pValue)).toEqual([
      1,
      expect.closeTo(2 * alone, 12),
      null,
    ]);
  });

  it.each([
    [[9, 9] as const, [0, 0] as const],
    [[0, 0] as const, [0, 9] as const],
  ])('in which one arm was not tried says nothing: baseline %o, candidate %o', (baseline, candidate) => {
    expect(judged([cellOf(1, baseline, candidate)])).toEqual([
      { loss: null, isInsideMargin: false, isWorse: false, pValue: null, worse: false, suspect: false },
    ]);
  });

  it('is worse where its p-value is at most the level, unless it is inside the margin', () => {
    const worse = cellOf(2, [400, 400], [380, 400]);
    const { pValue } = judged([worse])[0] ?? {};
    expect(judged([worse], { cellLevel: pValue as number })[0]).toMatchObject({ isInsideMargin: true, worse: false });
    const strict = { margin: 0.05, cellLevel: pValue as number };
    expect(judged([worse], strict)[0]).toMatchObject({ isInsideMargin: false, worse: true, suspect: true });
    expect(judged([worse], { ...strict, cellLevel: (pValue as number) * 0.999 })[0]).toMatchObject({ worse: false });
  });

  it('is suspect where its p-value is at most one in twenty, unless it is inside the margin', () => {
    const suspectAt = (passed: number, attempts: number) =>
      judged([cellOf(1, [attempts, attempts], [passed, attempts])])[0]?.suspect;
    expect(lossPValue({ attempts: 20, failures: 0 }, { attempts: 20, failures: 3 })).toBeLessThan(0.05);
    expect(lossPValue({ attempts: 20, failures: 0 }, { attempts: 20, failures: 2 })).toBeGreaterThan(0.05);
    expect([suspectAt(17, 20), suspectAt(18, 20)]).toEqual([true, false]);
    expect(suspectAt(395, 400)).toBe(false);
  });

  it('is suspect where the baseline works and the candidate never did', () => {
    const suspect = (...cells: Parameters<typeof judged>[0]) => judged(cells).map((cell) => cell.suspect);
    expect(suspect(cellOf(1, [1, 9], [0, 9]))).toEqual([true]);
    expect(suspect(cellOf(1, [1, 9], [1, 9]))).toEqual([false]);
    expect(suspect(cellOf(1, [0, 9], [0, 9]))).toEqual([false]);
  });

  it('has the levels of its own', () => {
    const cells = [cellOf(1, [80, 80]), cellOf(2, [80, 80])];
    const margins = judgeCells(cells, (cell, i) => ({ ...levels, margin: cell === cells[1] && i === 1 ? 0.01 : 0.1 }));
    expect(margins.map(({ isInsideMargin }) => isInsideMargin)).toEqual([true, false]);
  });
});

describe('the success rate', () => {
  const { baseline, candidate } = cellOf(1, [158, 160], [130, 160]);
  const cells = [{ baseline, candidate }];

  it('has a loss with the ends of two levels', () => {
    expect(successRate(cells, 0.1, { blockZ: 3, promoteZ: 2 }).loss).toEqual({
      estimate: 28 / 160,
      lower: newcombeInterval(baseline, candidate, 3).lower,
      upper: newcombeInterval(baseline, candidate, 2).upper,
    });
    expect(successRate([], 0.1, { blockZ: 3, promoteZ: 2 })).toEqual({
      loss: null,
      isInsideMargin: false,
      isWorse: false,
    });
  });

  it('is inside the margin below its end, and worse only where it is not', () => {
    const { upper } = newcombeInterval(baseline, candidate, 2);
    const at = (margin: number) => successRate(cells, margin, { blockZ: 3, promoteZ: 2 });
    expect(at(upper)).toMatchObject({ isInsideMargin: false, isWorse: true });
    expect(at(upper + 1e-9)).toMatchObject({ isInsideMargin: true, isWorse: false });
    const equal = [cellOf(1, [9, 10])];
    expect(successRate(equal, 0.1, { blockZ: 0, promoteZ: 2 })).toMatchObject({
      isInsideMargin: false,
      isWorse: false,
    });
  });
});

describe('the fast path', () => {
  it('is broken from the given ratio on, and says nothing without a cell', () => {
    const broken = [cellOf(1, [4, 4], [0, 4])];
    const { ratio } = fastPath(broken, 1);
    expect(ratio).toBeGreaterThan(150);
    expect(fastPath(broken, ratio)).toEqual({ ratio, broken: true });
    expect(fastPath(broken, ratio + 1e-6)).toEqual({ ratio, broken: false });
    expect(fastPath([], 1)).toEqual({ ratio: 1, broken: false });
  });
});
