import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../src/contracts/input-error.ts';
import { reachedFrom } from '../../test/module-graph.ts';
import { testFiles } from '../../test/tiers.ts';

/** At least so many percent of the mutants of a folder have to be killed by its tests. */
export const bars: Record<string, number> = {
  'src/gate': 85,
  'src/session': 85,
  'src/service/leases': 85,
  'src/service/accounts': 85,
};

/** Tests that take long for each mutant. Without them a figure can only be lower. */
const leftOut: readonly string[] = [
  // Exact odds, and thousands of simulated comparisons.
  'test/gate/error-rates.test.ts',
  'test/gate/documented-table.test.ts',
  // Hundreds of random sets of up to 600 attempts.
  'test/gate/any-attempts.test.ts',
  // A verdict after each of 200 attempts.
  'test/gate/same-version.test.ts',
];

export interface MutationTarget {
  /** A folder or file below `src`. */
  source: string;
  /** The tests that run against its mutants until one fails, first those that load the fewest files: they are the quickest. */
  tests: string[];
  /** Every test file needs a worker of its own, since some of them start processes or use a database. */
  isolatesTests: boolean;
  /** In percent; null where no bar is set. */
  bar: number | null;
}

/**
 * What is mutated for a folder or file, and which tests have to notice: those in the folder of `test` of the same name, or of
 * the nearest folder above that has one, that load it. Tests with real browsers are left out, and those in `leftOut`.
 *
 * @throws InputError when the path is not below `src`, or no test loads it.
 */
export function mutationTarget(project: string, path: string): MutationTarget {
  const source = path.replace(/^\.\/|\/$/g, '');
  if (!source.startsWith('src/') || !existsSync(join(project, source))) {
    throw new InputError(`${path}: it has to be a folder or file below src, such as src/gate`);
  }
  const { unit, integration } = testFiles(project);
  const folder = testFolder(project, source);
  const sizeOf = (test: string) => reachedFrom(join(project, test)).length;
  const tests = [...unit, ...integration]
    .filter((test) => test.startsWith(`${folder}/`) && !leftOut.includes(test))
    .filter((test) => loads(join(project, test), join(project, source)))
    .sort((a, b) => sizeOf(a) - sizeOf(b));
  if (tests.length === 0) throw new InputError(`${path}: no test in ${folder} loads it`);
  const barred = Object.keys(bars).find((barredFolder) => isWithin(source, barredFolder));
  const isolatesTests = tests.some((test) => integration.includes(test));
  return { source, tests, isolatesTests, bar: barred === undefined ? null : (bars[barred] ?? null) };
}

function testFolder(project: string, source: string): string {
  let folder = source.replace(/^src/, 'test');
  while (!existsSync(join(project, folder)) || folder.endsWith('.ts')) folder = dirname(folder);
  return folder;
}

function loads(test: string, source: string): boolean {
  return reachedFrom(test).some(({ file }) => isWithin(file, source));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
