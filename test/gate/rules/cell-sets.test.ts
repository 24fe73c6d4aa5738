import { describe, expect, it } from 'vitest';
import type { CellEvidence } from '../../../src/gate/evidence/evidence.ts';
import {
  blockCells,
  hidingChance,
  isClosed,
  isDeadFlow,
  rateCells,
  stateOf,
  unconfirmedCells,
} from '../../../src/gate/rules/dead-cells.ts';
import { cellOf, type Rate } from '../cell-of.ts';

const deadCells = { attempts: 4, beforePromoting: 13, newestBuild: 'warn' } as const;

const cell = (baseline: Rate, candidate: Rate) => cellOf(1, baseline, candidate);
const flowOf = (...cells: CellEvidence[]) => ({ flow: 'f', cells });

const live = cell([1, 20], [0, 20]);
const lucky = cell([0, 12], [5, 12]);
const gained = cell([0, 13], [5, 12]);
const dead = cell([0, 13], [0, 13]);
const oneArmed = cell([3, 3], [0, 0]);
const elsewhere = { flows: 2, baselineWorks: true };
const nowhere = { flows: 2, baselineWorks: false };

describe('what a cell says', () => {
  it.each([
    [[1, 1], [0, 0], 'live'],
    [[0, 4], [0, 4], 'dead'],
    [[0, 4], [1, 4], 'candidate-only'],
    [[0, 3], [0, 4], 'open'],
    [[0, 4], [3, 3], 'open'],
    [[0, 0], [0, 0], 'open'],
  ] as [Rate, Rate, string][])('baseline %o, candidate %o: %s', (baseline, candidate, state) => {
    expect(stateOf(cell(baseline, candidate), deadCells)).toBe(state);
  });

  it('is closed where the baseline never passed in enough attempts', () => {
    expect((['live', 'dead', 'candidate-only', 'open'] as const).map(isClosed)).toEqual([false, true, true, false]);
  });
});

describe('the cells of a flow', () => {
  it('that are in its rate are those in which the baseline works, and both arms were tried', () => {
    expect(rateCells(flowOf(live, lucky, gained, dead, oneArmed), { flows: 1, baselineWorks: true })).toEqual([live]);
  });

  it('that are in its rate are those of the candidate where the baseline works in none, and in no other flow', () => {
    expect(rateCells(flowOf(lucky, gained, dead), nowhere)).toEqual([lucky, gained]);
    expect(rateCells(flowOf(dead), nowhere)).toEqual([]);
    expect(rateCells(flowOf(lucky, gained, dead), elsewhere)).toEqual([]);
  });

  it.each([
    ['dead and gained cells', [dead, gained], true],
    ['a cell with too few attempts', [dead, cell([0, 3], [0, 4])], false],
    ['a cell that one arm was never tried in', [dead, cell([0, 4], [0, 0])], false],
    ['a live cell', [dead, live], false],
  ] as const)('make it a dead flow: %s beside a flow that the baseline passes: %s', (_, cells, expected) => {
    expect(isDeadFlow(flowOf(...cells), elsewhere, deadCells)).toBe(expected);
    expect(isDeadFlow(flowOf(...cells), nowhere, deadCells)).toBe(false);
  });

  it('that a block is judged by include those in which the baseline may only have been unlucky', () => {
    expect(blockCells(flowOf(live, lucky, gained, dead, oneArmed), deadCells)).toEqual([live, lucky]);
    expect(blockCells(flowOf(gained, dead), deadCells)).toEqual([gained]);
  });

  it('that keep it from being promoted are closed ones in which the baseline failed too seldom', () => {
    const fewer = [cell([0, 4], [0, 4]), cell([0, 12], [3, 4])];
    expect(unconfirmedCells([live, dead, gained, cell([0, 3], [0, 3]), ...fewer], deadCells)).toEqual(fewer);
  });

  it('hide a loss of a baseline that works 30 % of the time with a chance of 0.7 to the number of its attempts', () => {
    expect(hidingChance(deadCells)).toBeCloseTo(0.00969, 5);
  });
});
