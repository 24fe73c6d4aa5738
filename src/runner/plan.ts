import type { Cell } from '../contracts/attempt.ts';
import type { Shard } from '../contracts/blob.ts';
import { liveBuild } from '../contracts/build-number.ts';
import { axisText, cellKey } from '../contracts/cell-key.ts';
import { naming } from '../contracts/input-error.ts';
import type { Expectation, ExpectationRule, Matrix, MatrixBlock } from '../contracts/matrix.ts';
import type { Target } from '../contracts/outcome.ts';
import type { PlannedCell } from '../contracts/run.ts';
import { judgedFlows } from '../contracts/stages.ts';
import { readSwitches, switchesText } from '../contracts/switches.ts';
import { checkSwitches } from '../replica/builds/resolve-surface.ts';
import { type Choice, checkChoice } from './check-choice.ts';
import { parseCondition } from './parse-condition.ts';
import { inShard } from './shard.ts';

export interface PlanOptions {
  choice?: Choice;
  /** Attempts per cell; 1 when left out. */
  repeat?: number | undefined;
  target?: Target | undefined;
  shard?: Shard | undefined;
  /** Nothing is expected of any cell, so whatever does not pass is a surprise. */
  ignoreExpectations?: boolean | undefined;
}

type Axis = keyof MatrixBlock;
type Combination = Record<Axis, string>;

const axes: readonly Axis[] = ['library', 'build', 'browser', 'flow', 'condition', 'switches'];

/**
 * The cells to attempt, in the order of the matrix and each once. Options select cells of the matrix. A library that it does not
 * have is attempted wherever it has the others that are named, since they are named together to be compared. Any other combination
 * of given values that it does not have (a new library alone, an old browser on another build) is completed from its first block.
 *
 * @throws InputError when a value cannot be right whatever the machine has.
 */
export function planCells(
  matrix: Matrix,
  rules: readonly ExpectationRule[],
  { choice = {}, repeat = 1, target = 'replica', shard, ignoreExpectations = false }: PlanOptions = {},
): PlannedCell[] {
  checkChoice(choice, repeat, target);
  const cells = new Map<string, Cell>();
  for (const combination of target === 'live' ? chooseLive(matrix, choice) : choose(matrix, choice)) {
    const cell: Cell = { ...combination, switches: readSwitches(combination.switches), target };
    if (target === 'replica')
      naming(choice.switches ? '--switch' : 'matrix', () => checkSwitches(cell.build, cell.switches));
    cells.set(cellKey(cell), cell);
  }
  const plan = [...cells.values()].map((cell) => {
    const expectation = ignoreExpectations ? null : expectationOf(cell, rules);
    return { cell, expectation, repeat };
  });
  return shard ? plan.filter((_, index) => inShard(index, shard)) : plan;
}

/**
 * What the last rule that matches a cell says of it; null when none does. A flow with stages is expected to fail as the first stage that
 * is expected to, unless a rule names the flow itself.
 */
export function expectationOf(cell: Cell, rules: readonly ExpectationRule[]): Expectation | null {
  const rule = rules.findLast((candidate) =>
    axes.every((axis) => candidate[axis]?.includes(axisText(cell, axis)) ?? true),
  );
  const stages = rule?.flow ? [] : judgedFlows(cell.flow).filter((flow) => flow !== cell.flow);
  const failing = stages
    .map((flow) => expectationOf({ ...cell, flow }, rules))
    .find((expectation) => expectation?.outcome === 'failed');
  return failing ?? rule?.expect ?? null;
}

function choose(matrix: Matrix, given: Choice): Combination[] {
  const choice = {
    ...given,
    condition: given.condition?.map(parseCondition),
    switches: given.switches?.map((text) => switchesText(readSwitches(text))),
  };
  const all = matrix.blocks.flatMap((block) => product({ ...block, condition: block.condition.map(parseCondition) }));
  const known = all.filter((cell) => axes.every((axis) => choice[axis]?.includes(cell[axis]) ?? true));
  const isKnown = new Set(all.map(({ library }) => library));
  const unknown = choice.library?.filter((library) => !isKnown.has(library)) ?? [];
  const selected = [...known, ...unknown.flatMap((library) => known.map((cell) => ({ ...cell, library })))];
  const chosen = axes.filter((axis) => choice[axis] !== undefined);
  const [first] = matrix.blocks;
  if (chosen.length === 0 || !first) return selected;
  const isThere = new Set(selected.map((cell) => keyOf(cell, chosen)));
  const completed = product({ ...first, ...definedAxes(choice) }).filter((cell) => !isThere.has(keyOf(cell, chosen)));
  return [...selected, ...completed];
}

/** Of the matrix only its libraries count: builds and switches are what the live site has, and all else has to be chosen. */
function chooseLive(matrix: Matrix, { library, browser, flow }: Choice): Combination[] {
  const all = [...new Set(matrix.blocks.flatMap((block) => block.library))];
  return product({
    ...{ library: library ?? all, browser: browser ?? ['current'], flow: flow ?? ['restore-to-ready'] },
    ...{ build: [liveBuild], condition: ['none'], switches: ['none'] },
  });
}

function keyOf(cell: Combination, of: readonly Axis[]): string {
  return of.map((axis) => cell[axis]).join(' | ');
}

function definedAxes(choice: Choice): Partial<Record<Axis, readonly string[]>> {
  return Object.fromEntries(Object.entries(choice).filter(([, values]) => values !== undefined));
}

function product(block: Record<Axis, readonly string[]>): Combination[] {
  return axes.reduce<Partial<Combination>[]>(
    (cells, axis) => cells.flatMap((cell) => block[axis].map((value) => ({ ...cell, [axis]: value }))),
    [{}],
  ) as Combination[];
}
