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

export interface MutationTarget {
  /** A folder or file below `src`. */
  source: string;
  /** The tests that run against its mutants. */
  tests: string[];
  /** In percent; null where no bar is set. */
  bar: number | null;
}

/**
 * What is mutated for a folder or file, and which tests have to notice: those in the folder of `test` of the same name, or of
 * the nearest folder above that has one, that load it. Tests with real browsers are left out.
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
  const tests = [...unit, ...integration].filter(
    (test) => test.startsWith(`${folder}/`) && loads(join(project, test), join(project, source)),
  );
  if (tests.length === 0) throw new InputError(`${path}: no test in ${folder} loads it`);
  const barred = Object.keys(bars).find((barredFolder) => isWithin(source, barredFolder));
  return { source, tests, bar: barred === undefined ? null : (bars[barred] ?? null) };
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
