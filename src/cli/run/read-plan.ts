import { join } from 'node:path';
import { packageRoot } from '../../contracts/home.ts';
import { type ExpectationRule, expectationsSchema, matrixSchema } from '../../contracts/matrix.ts';
import type { PlannedCell } from '../../contracts/run.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { type PlanOptions, planCells } from '../../runner/plan.ts';

const matrixFile = join(packageRoot, 'compat-matrix', 'matrix.yaml');
const expectationsFile = join(packageRoot, 'compat-matrix', 'expectations.yaml');

/**
 * The cells to attempt, by `compat-matrix` or another matrix file.
 *
 * @throws InputError naming file, line and key, or the option.
 */
export function readPlan(options: PlanOptions = {}, file = matrixFile): PlannedCell[] {
  return planCells(parseYamlFile(file, matrixSchema), readExpectations(), options);
}

/** What `compat-matrix` expects of cells; see `expectationOf`. */
export function readExpectations(): ExpectationRule[] {
  return parseYamlFile(expectationsFile, expectationsSchema).rules;
}
