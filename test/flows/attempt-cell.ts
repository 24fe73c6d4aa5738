import { join } from 'node:path';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { type ExpectationRule, expectationsSchema, matrixSchema } from '../../src/contracts/matrix.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { expectationOf, planCells } from '../../src/runner/plan.ts';
import { runPlan } from '../../src/runner/run-plan.ts';

const matrixFolder = join(packageRoot, 'compat-matrix');

export const rules: ExpectationRule[] = parseYamlFile(
  join(matrixFolder, 'expectations.yaml'),
  expectationsSchema,
).rules;
/** All cells of `compat-matrix/flows.yaml`. */
export const flowCells: PlannedCell[] = planCells(parseYamlFile(join(matrixFolder, 'flows.yaml'), matrixSchema), rules);

/** The build on which `flows.yaml` has a library. */
export function buildOf(library: string): string {
  const build = flowCells.find(({ cell }) => cell.library === library)?.cell.build;
  if (!build) throw new Error(`flows.yaml has no ${library}`);
  return build;
}

/** Executes a cell with a real library and a real browser. @param repeat attempts, all with the same seed. */
export async function attemptCell(
  library: string,
  { flow = 'qr-to-ready', condition = 'none', switches = {}, build = buildOf(library) }: Partial<Cell> = {},
  repeat = 1,
): Promise<{ planned: PlannedCell; attempts: Attempt[] }> {
  const cell: Cell = { library, build, browser: 'current', flow, condition, switches, target: 'replica' };
  const planned: PlannedCell = { cell, expectation: expectationOf(cell, rules), repeat: 1 };
  const attempts: Attempt[] = [];
  const observers = [{ attemptEnded: (_: PlannedCell, attempt: Attempt) => void attempts.push(attempt) }];
  for (let n = 0; n < repeat; n++) await runPlan([planned], { slots: 1, seed: 1, say: console.log, observers });
  return { planned, attempts };
}

/** What an attempt came to, in the terms of an expectation. */
export function resultOf({ outcome, phase, code }: Pick<Attempt, 'outcome' | 'phase' | 'code'>) {
  return outcome === 'passed' ? { outcome } : { outcome, phase, code };
}

/** The same of what is expected of a cell. */
export function expected({ expectation }: PlannedCell) {
  const { outcome, phase = null, code = null } = expectation ?? { outcome: 'passed' as const };
  return resultOf({ outcome, phase, code });
}

/** What a flow of a library comes to without any condition. */
export function withoutCondition({ planned }: { planned: PlannedCell }) {
  return expected({ ...planned, expectation: expectationOf({ ...planned.cell, condition: 'none' }, rules) });
}
