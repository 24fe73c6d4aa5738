import { describe, expect, it } from 'vitest';
import { expectedAttempts } from '../../src/gate/expected-attempts.ts';
import { cellOf, type Rate } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

/** One flow with such rates of each cell. */
const flowOf = (...cells: [baseline: Rate, candidate: Rate][]) => ({
  flow: 'f',
  cells: cells.map(([baseline, candidate], i) => cellOf(i, baseline, candidate)),
});
/** Attempts pass whose success rate is above this. */
const expected = (flow: ReturnType<typeof flowOf>, number = 0) => expectedAttempts(flow, defaultPolicy, () => number);

describe('the attempts that a flow is expected to need', () => {
  it('are those to the look at which an equal candidate is promoted, less those that were made', () => {
    expect(
      expected(
        flowOf([
          [0, 0],
          [0, 0],
        ]),
      ),
    ).toBe(53);
    expect(
      expected(
        flowOf([
          [50, 50],
          [50, 50],
        ]),
      ),
    ).toBe(3);
    expect(
      expected(
        flowOf(
          [
            [20, 20],
            [20, 20],
          ],
          [
            [10, 10],
            [10, 10],
          ],
        ),
      ),
    ).toBe(30);
  });

  it('are none for a flow that can be promoted', () => {
    expect(
      expected(
        flowOf([
          [200, 200],
          [200, 200],
        ]),
      ),
    ).toBe(0);
  });

  it('are those that the arm that is behind still lacks', () => {
    expect(
      expected(
        flowOf([
          [40, 40],
          [10, 10],
        ]),
      ),
    ).toBe(43);
    expect(
      expected(
        flowOf([
          [10, 10],
          [40, 40],
        ]),
      ),
    ).toBe(43);
  });

  it('go by the rate of the baseline, drawn towards the usual one as by two attempts', () => {
    // No attempt, one failure, two failures: 0.98, 0.65, 0.49. Four failures close the cell.
    expect(
      expected(
        flowOf([
          [0, 0],
          [0, 0],
        ]),
        0.97,
      ),
    ).toBe(53);
    expect(
      expected(
        flowOf([
          [0, 0],
          [0, 0],
        ]),
        0.981,
      ),
    ).toBe(4);
    for (const [failures, below, above] of [
      [1, 0.65, 0.66],
      [2, 0.48, 0.5],
    ] as const) {
      const failed = flowOf([
        [0, failures],
        [0, failures],
      ]);
      expect(expected(failed, below)).toBeGreaterThan(40);
      expect(expected(failed, above)).toBe(4 - failures);
    }
  });

  it('expect nothing of a cell in which the baseline failed three times and never passed', () => {
    expect(
      expected(
        flowOf([
          [0, 3],
          [0, 3],
        ]),
        0,
      ),
    ).toBe(1);
  });

  it('leave out what was spoiled or too old, which says nothing about what comes', () => {
    const flow = flowOf([
      [50, 50],
      [50, 50],
    ]);
    for (const cell of flow.cells) Object.assign(cell.baseline, { infra: 30, stale: 20, mismatched: 3 });
    expect(expected(flow)).toBe(3);
    expect(flow.cells[0]?.baseline).toMatchObject({ attempts: 50, infra: 30, stale: 20, mismatched: 3 });
  });
});
