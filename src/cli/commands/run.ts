import { randomInt } from 'node:crypto';
import { Command, Option } from 'commander';
import { home } from '../../contracts/home.ts';
import { type Target, targets } from '../../contracts/outcome.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { reporterUsage } from '../../report/reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { defaultSlots } from '../../runner/run-plan.ts';
import { parseShard } from '../../runner/shard.ts';
import { executeRun } from '../execute-run.ts';
import { greatestRandomSeed, greatestSeed, list, wholeNumber } from '../option-values.ts';
import { readPlan } from '../read-plan.ts';

interface RunCommandOptions {
  library?: string[];
  build?: string[];
  browser?: string[];
  flow?: string[];
  condition?: string[];
  repeat?: number;
  slots?: number;
  target: Target;
  seed?: number;
  shard?: string;
  config?: string;
  reporter?: string;
  ignoreExpectations?: boolean;
}

/** `run`: plan and execute attempts. */
export function runCommand(): Command {
  return new Command('run')
    .description('attempt cells: library x build x browser x flow x condition')
    .option('--library <list>', 'versions, tarballs or folders; an unknown version is installed', list)
    .option('--build <list>', 'WhatsApp Web builds, e.g. 2.3000.1032534684', list)
    .option('--browser <list>', '107, current, chrome, chromium, or paths', list)
    .option('--flow <list>', 'flows, the files of canaries/', list)
    .option('--condition <list>', 'conditions put on the flow', list)
    .option('--repeat <n>', 'attempts per cell (default: 1)', wholeNumber(1, 10_000))
    .option('--slots <n>', 'attempts at the same time (default: one per two cores)', wholeNumber(1, 256))
    .addOption(new Option('--target <target>', 'where the page comes from').choices(targets).default('replica'))
    .option('--seed <n>', 'repeats a run: order and random values (default: a new one)', wholeNumber(0, greatestSeed))
    .option('--shard <i/n>', 'only the i-th of n parts of the plan')
    .option('--config <file>', 'a matrix to use instead of compat-matrix/matrix.yaml')
    .option('--reporter <list>', `any of ${reporterUsage} (default: list and an HTML report)`)
    .option('--ignore-expectations', 'whatever does not pass is unexpected')
    .addHelpText('after', help)
    .action(async (options: RunCommandOptions) => {
      process.exitCode = await run(options);
    });
}

const help = `
Without options all of compat-matrix/matrix.yaml is attempted. A cell of which compat-matrix/expectations.yaml says nothing is
expected to pass. Progress goes to stderr, results to stdout.

Exit codes: 0 as expected, 1 unexpected outcome, 3 bad usage or input, 4 machine or harness trouble, or interrupted

Examples:
  wwebjs-canary run
  wwebjs-canary run --library 1.34.2,1.34.7 --build 2.3000.1044822804
  wwebjs-canary run --library ../my-fork --repeat 5 --reporter list,junit=junit.xml,markdown=summary.md
  wwebjs-canary run --shard 1/4 --reporter blob=shard-1.blob`;

async function run(options: RunCommandOptions) {
  const { library, build, browser, flow, condition, repeat, target, ignoreExpectations, config } = options;
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const choice = { library, build, browser, flow, condition };
  const plan = readPlan({ choice, repeat, target, shard, ignoreExpectations }, config);
  const chosen = chooseReporters(options.reporter ?? `list,html=${home('report')}`);
  const { exit } = await executeRun(plan, {
    slots: options.slots ?? defaultSlots(),
    seed: options.seed ?? randomInt(1, greatestRandomSeed),
    shard: shard ?? null,
    chosen,
    terminal: processTerminal(),
  });
  return exit;
}
