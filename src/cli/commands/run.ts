import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { defaultSlots } from '../../browser/default-slots.ts';
import { home } from '../../contracts/home.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { parseShard } from '../../runner/shard.ts';
import { greatestRandomSeed } from '../options/option-values.ts';
import { addRunOptions, type RunCommandOptions } from '../options/run-options.ts';
import { executeRun } from '../run/execute-run.ts';
import { readPlan } from '../run/read-plan.ts';

/** `run`: plan and execute attempts. */
export function runCommand(): Command {
  return addRunOptions(new Command())
    .addHelpText('after', help)
    .action(async (options: RunCommandOptions) => {
      process.exitCode = await run(options);
    });
}

const help = `
Without options all of compat-matrix/matrix.yaml is attempted; options choose from it. A version that is not in it is attempted wherever
those are that are named beside it. A cell of which compat-matrix/expectations.yaml says nothing is expected to pass. Progress goes to
stderr, results to stdout.

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
