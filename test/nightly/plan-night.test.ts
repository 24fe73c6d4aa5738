import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { exitCode, worstExit } from '../../src/contracts/exit-code.ts';
import type { GateStep, Night, NightStep, RunStep } from '../../src/contracts/nightly.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { firstSteps, leftOf, openCells, workSteps } from '../../src/nightly/plan-night.ts';
import { planned } from '../fixtures/example-run.ts';

const result = { exit: exitCode.asExpected, sentence: '', details: [] };

function nightOf(steps: NightStep[]): Night {
  const at = '2026-11-29T02:00:00.000Z';
  return { schemaVersion: 1, id: 'a', startedAt: at, endedAt: at, budgetMs: 1, spentMs: 1, seed: 1, steps };
}

const build = (i: number) => `2.3000.${1_029_241_508 + i}`;
const cellsOf = (count: number, repeat = 1) =>
  Array.from({ length: count }, (_, i) => planned({ build: build(i) }, null, repeat));
const nothing = { cells: new Map(), candidates: new Map() };

/** Works on steps in their order until `budget` pieces are done, as a night does. Names what it did. */
function work(
  steps: (RunStep | GateStep)[],
  budget: number,
): { night: Night; made: Map<string, number>; did: string[] } {
  const made = new Map<string, number>();
  const did: string[] = [];
  const isOver = () => did.length >= budget;
  for (const step of steps) {
    if (step.step === 'gate') {
      step.isCut = isOver();
      if (!isOver()) did.push(`gate ${step.candidate}`);
      continue;
    }
    for (const { cell, repeat } of step.cells) {
      for (let attempt = 1; attempt <= repeat && !isOver(); attempt++) {
        did.push(cellKey(cell));
        made.set(cellKey(cell), attempt);
      }
    }
  }
  return { night: nightOf(steps.map((step) => ({ ...step, result }))), made, did };
}

describe('the work of a night', () => {
  test('without anything left is the cells, then the verdicts', () => {
    const steps = workSteps(
      { cells: cellsOf(2), judged: { baseline: '1.0.0', candidates: ['1.2.0', '1.1.0'] } },
      nothing,
    );
    expect(steps.map((step) => (step.step === 'run' ? step.cells.length : step.candidate))).toEqual([
      2,
      '1.2.0',
      '1.1.0',
    ]);
  });

  test('begins with what did not fit, the oldest first; what is no longer wanted is dropped', () => {
    const cells = cellsOf(3);
    const [first, second] = cells.map(({ cell }) => cellKey(cell)) as [string, string];
    const left = {
      cells: new Map([
        [first, 1],
        [second, 2],
        ['gone', 3],
      ]),
      candidates: new Map([
        ['1.1.0', 2],
        ['0.9.0', 5],
      ]),
    };
    const steps = workSteps({ cells, judged: { baseline: '1.0.0', candidates: ['1.2.0', '1.1.0'] } }, left);
    expect(
      steps.map((step) => [
        step.waited,
        step.step === 'run' ? step.cells.map(({ cell }) => cell.build) : step.candidate,
      ]),
    ).toEqual([
      [2, [build(1)]],
      [2, '1.1.0'],
      [1, [build(0)]],
      [0, [build(2)]],
      [0, '1.2.0'],
    ]);
  });

  test('has attempts on the live site in a step of their own', () => {
    const cells = [planned(), planned({ target: 'live', build: 'live' })];
    expect(workSteps({ cells, judged: null }, nothing)).toHaveLength(2);
  });

  test('that was made is not open, and of a cell with several attempts those are that are missing', () => {
    const cells = cellsOf(3, 4);
    const keys = cells.map(({ cell }) => cellKey(cell)) as [string, string, string];
    const made = new Map([
      [keys[0], 4],
      [keys[1], 1],
    ]);
    expect(openCells({ cells }, made).map(({ cell, repeat }) => [cell.build, repeat])).toEqual([
      [build(1), 3],
      [build(2), 4],
    ]);
  });

  test('that never began is left whole', () => {
    const gate: GateStep = { step: 'gate', waited: 0, baseline: '1', candidate: '2', isCut: false, result: null };
    const run: RunStep = { step: 'run', waited: 3, cells: cellsOf(1), runs: [], result: null };
    const left = leftOf(nightOf([...firstSteps(), run, gate]), new Map());
    expect([...left.cells.values(), ...left.candidates]).toEqual([4, ['2', 1]]);
  });

  test('however small the budget, each piece gets its turn, and no piece waits while a younger one is done', () => {
    const plans = fc.record({
      cells: fc.integer({ min: 0, max: 9 }),
      repeat: fc.integer({ min: 1, max: 3 }),
      candidates: fc.uniqueArray(fc.constantFrom('1.1.0', '1.2.0', '1.3.0')),
      budget: fc.integer({ min: 3, max: 12 }),
    });
    fc.assert(
      fc.property(plans, ({ cells: count, repeat, candidates, budget }) => {
        const cells: PlannedCell[] = cellsOf(count, repeat);
        const pieces = count * repeat + candidates.length;
        let left = leftOf(null, new Map());
        const done = new Set<string>();
        for (let night = 0; night <= Math.ceil(pieces / budget) * 2; night++) {
          const steps = workSteps({ cells, judged: { baseline: '1.0.0', candidates } }, left);
          expect(steps.map(({ waited }) => waited)).toEqual(
            steps.map(({ waited }) => waited).toSorted((a, b) => b - a),
          );
          const worked = work(steps, budget);
          left = leftOf(worked.night, worked.made);
          for (const name of worked.did) done.add(name);
        }
        expect(done.size).toBe(count + candidates.length);
      }),
    );
  });
});

test.each([
  [[0, 2, 4, 1], 1],
  [[0, 4, 2], 4],
  [[0, 3, 4], 3],
  [[0, 2], 2],
  [[], 0],
] as const)('of the exit codes %j the worst is %i', (codes, worst) => {
  expect(worstExit(codes)).toBe(worst);
});
