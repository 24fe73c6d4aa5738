import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { exitCode } from '../src/contracts/exit-code.ts';
import { home, packageRoot } from '../src/contracts/home.ts';
import { InputError } from '../src/contracts/input-error.ts';
import { reachedFrom } from '../test/module-graph.ts';
import { bars, type MutationTarget, mutationTarget } from './mutation/targets.ts';
import { withMysql } from './test/with-mysql.ts';

/**
 * `npm run test:mutation [-- FOLDER_OR_FILE...]`: changes the code in small ways and counts the changes that its tests notice.
 * Without arguments all folders with a bar (`mutation/targets.ts`). Reports go to `mutation/` below the project's home folder.
 * Exit code 1 when a folder misses its bar, 3 when an argument is none.
 */
const paths = process.argv.slice(2);
const sandboxes = home('mutation', `sandboxes-${process.pid}`);
// Stryker ends the process at a signal and leaves its copies of the project behind.
process.once('exit', () => rmSync(sandboxes, { recursive: true, force: true }));
// The tests run in a copy of the project, from where they would install libraries and browsers once more.
process.env.WWEBJS_CANARY_HOME = home();

try {
  const targets = (paths.length > 0 ? paths : Object.keys(bars)).map((path) => mutationTarget(packageRoot, path));
  for (const target of targets) await withDatabase(target, () => mutate(target));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = exitCode.badInput;
}

/** Stryker sets the exit code when the bar is missed. */
async function mutate({ source, tests, isolatesTests, bar }: MutationTarget): Promise<void> {
  console.log(`\n== ${source}: ${tests.length} test files, ${bar === null ? 'no bar' : `at least ${bar} % killed`}`);
  process.env.MUTATION_TESTS = JSON.stringify(tests);
  process.env.MUTATION_ISOLATES_TESTS = String(isolatesTests);
  const report = (extension: string) => home('mutation', `${source.replaceAll('/', '-')}.${extension}`);
  mkdirSync(sandboxes, { recursive: true });
  await new Stryker({
    mutate: [source.endsWith('.ts') ? source : `${source}/**/*.ts`],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Math.max(1, availableParallelism() - 1),
    // A mutant whose tests never end counts as killed; one whose tests are slow on a busy machine should not.
    timeoutMS: 15_000,
    thresholds: { high: bar ?? 100, low: bar ?? 0, break: bar },
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    clearTextReporter: { logTests: false, reportTests: false, allowEmojis: false },
    htmlReporter: { fileName: report('html') },
    jsonReporter: { fileName: report('json') },
    tempDirName: sandboxes,
    cleanTempDir: 'always',
    ignorePatterns: ['.toolchain', '.wwebjs-canary'],
    // TypeScript 7 has no API for what Stryker would do with it; Vite takes the types away.
    tsconfigFile: 'none',
    disableTypeChecks: false,
  }).runMutationTest();
}

/** One server for all mutants: a test file that needs MySQL would start one for each. */
async function withDatabase({ tests }: MutationTarget, work: () => Promise<void>): Promise<void> {
  const needsMysql = tests.some((test) =>
    reachedFrom(resolve(packageRoot, test)).some(({ file }) => file.endsWith('test/support/mysql-server.ts')),
  );
  await (needsMysql ? withMysql(work) : work());
}
