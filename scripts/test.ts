import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { bundledBrowserNames } from '../src/browser/bundled-browsers.ts';
import { ensureBrowser } from '../src/browser/ensure-browser.ts';
import { exitCode } from '../src/contracts/exit-code.ts';
import { home, packageRoot } from '../src/contracts/home.ts';
import { ensureLibrary } from '../src/library/ensure-library.ts';
import { listLibraryLocks } from '../src/library/library-lock.ts';
import { type Tier, testFiles, tiers } from '../test/tiers.ts';
import { runTool } from './test/run-tool.ts';
import { withMysql } from './test/with-mysql.ts';
import { lintWords } from './words/lint-words.ts';

/**
 * `npm test`: everything that has to hold before a commit, cheapest first; ends at the first stage that fails. With arguments,
 * such as a file, a folder or `-t TITLE`, only the tests that they choose run. The last line is `<n> passed, <n> failed`, the tests
 * of all tiers; a stage without tests that fails counts as one.
 */
const vitestArguments = process.argv.slice(2);
const say = (line: string) => console.log(line);
const duplicates = ['src', 'scripts', 'canaries', 'bin', '--min-tokens', '70', '--exit-code', '1', '--fail-on-empty'];
const total = { passed: 0, failed: 0 };

interface Stage {
  name: string;
  run(): Promise<number>;
}

const setUpStage: Stage = { name: 'set-up', run: setUp };
const wholeSuite: Stage[] = [
  setUpStage,
  { name: 'types', run: () => runTool('tsc', ['--noEmit']) },
  { name: 'lint', run: () => runTool('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'words', run: async () => lintWords([]) },
  { name: 'duplicates', run: () => runTool('jscpd', [...duplicates, '--no-tips']) },
  { name: 'unit tests', run: () => vitest(['unit']) },
  { name: 'integration tests', run: () => withMysql(() => vitest(['integration'])) },
  { name: 'e2e tests, with real libraries and browsers', run: () => vitest(['e2e']) },
];

process.exitCode = await runStages(vitestArguments.length > 0 ? chosenTests() : wholeSuite);
say(`${total.passed} passed, ${total.failed} failed`);

/** Unit tests need no set-up, so that one file is answered in about a second. */
function chosenTests(): Stage[] {
  const chosen: Stage = { name: 'chosen tests', run: () => vitest(tiers) };
  const isUnit = new Set(testFiles(packageRoot).unit);
  const unitTestsOnly = vitestArguments.every((argument) => isUnit.has(argument));
  return unitTestsOnly ? [chosen] : [setUpStage, chosen];
}

async function runStages(stages: readonly Stage[]): Promise<number> {
  for (const { name, run } of stages) {
    const began = performance.now();
    say(`\n== ${name}`);
    const code = await run().catch(troubleOf);
    say(
      `== ${name}: ${code === 0 ? 'done' : `failed (${code})`} after ${Math.round((performance.now() - began) / 1000)} s`,
    );
    if (code === 0) continue;
    total.failed ||= 1;
    return code;
  }
  return 0;
}

function troubleOf(error: Error): number {
  say(error.message);
  return exitCode.trouble;
}

/** Before the tests, so that no test has to download anything in its own time. */
async function setUp(): Promise<number> {
  for (const { label } of listLibraryLocks()) await ensureLibrary(label, say);
  for (const name of bundledBrowserNames()) {
    const { version, sandbox } = await ensureBrowser(name, say);
    say(`browser ${name}: ${version}, sandbox ${sandbox.on ? 'on' : 'off'} (${sandbox.why})`);
  }
  return exitCode.asExpected;
}

async function vitest(projects: readonly Tier[]): Promise<number> {
  mkdirSync(home(), { recursive: true });
  const results = home('test-results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  rmSync(results, { force: true });
  const chosen = projects.flatMap((project) => ['--project', project]);
  const code = await runTool('vitest', ['run', ...chosen, ...reporters, ...vitestArguments]);
  if (!existsSync(results)) return code || exitCode.trouble;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  return code;
}
