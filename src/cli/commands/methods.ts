import { Command } from 'commander';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { methodReporters } from '../../report/methods/method-reporters.ts';
import {
  eventWord,
  isUnexplained,
  methodTable,
  methodWord,
  type TriedCell,
} from '../../report/methods/method-table.ts';
import { reportResult } from '../../report/report-result.ts';
import { usageOf } from '../../report/reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { runCells } from '../../runs/run-cells.ts';
import { parseBuildList } from '../options/build-option.ts';
import { list } from '../options/option-values.ts';
import { switchesOption, withSwitches } from '../options/switch-options.ts';

interface MethodsOptions {
  library: string[];
  build: string[];
  browser: string[];
  switch?: string[];
  reporter: string;
}

/** `methods`: calls every public method of versions on builds, and causes every event. */
export function methodsCommand(): Command {
  return new Command('methods')
    .requiredOption('--library <list>', 'versions, tags (latest), tarballs, folders or git references', list)
    .requiredOption('--build <list>', 'WhatsApp Web builds, e.g. 2.3000.1032534684, or captured:FILE', parseBuildList)
    .option('--browser <list>', '107, current, chrome, chromium, or paths', list, ['current'])
    .addOption(switchesOption())
    .option('--reporter <list>', `any of ${usageOf(methodReporters)}`, 'list')
    .addHelpText('after', help)
    .action(async (options: MethodsOptions) => {
      process.exitCode = await methods(withSwitches(options));
    });
}

const help = `
Attempts the flow every-method: it calls each method that the version's own type definitions list, on the replica, and looks at phone,
peers and server for what the method is for. Nothing leaves this machine.

  works               it did what it is for
  fails as predicted  it fails, and the source of the version with the facts of the build says why
  fails               it rejected, or answered something else, and nothing says why
  no effect           it resolved, and what it is for did not happen: a false success of the version
  not modelled        the replica has a part of it only by name: it says nothing about the version
  not tried           the flow has no way to try it, or another method that the trial needs failed

Then it attempts the flow every-event: it causes each event that the type definitions list, by the phone, a contact or the server.

  comes               it came and carried what caused it
  does not come       it did not come, or carried something else
  cannot come         nothing can cause it, and the reason is known

Exit codes: 0 every method works or fails as predicted and every event comes or cannot come, 1 a method fails or has no effect or an
event does not come, 2 only some are not modelled or not tried, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary methods --library 1.33.2,1.34.7 --build 2.3000.1032534684
  wwebjs-canary methods --library latest --build 2.3000.1044822804 --reporter list,html=methods.html,json=methods.json`;

async function methods({ reporter, ...choice }: ReturnType<typeof withSwitches<MethodsOptions>>): Promise<ExitCode> {
  const chosen = chooseReporters(reporter, methodReporters);
  const terminal = processTerminal();
  const tried: TriedCell[] = [];
  const run = await runCells({
    ...choice,
    flow: ['every-method', 'every-event'],
    ignoreExpectations: true,
    say: (line) => terminal.progress(`${line}\n`),
    onAttempt: (cell, attempt) => void tried.push({ cell, attempt }),
  });
  const table = methodTable(tried);
  await reportResult(table, methodReporters, chosen, terminal);
  if (run.exitCode === exitCode.trouble || tried.some(({ attempt }) => attempt.outcome === 'infra'))
    return exitCode.trouble;
  const methodCells = table.methods.flatMap(({ cells }) => cells);
  const words = [...methodCells.map(methodWord), ...table.events.flatMap(({ cells }) => cells.map(eventWord))];
  const isUntried = tried.some(({ attempt }) =>
    [...attempt.methods, ...attempt.eventTrials].every(({ result }) => !result),
  );
  if (isUntried || methodCells.some(isUnexplained) || words.includes('does not come')) return exitCode.unexpected;
  const isOpen = words.some((word) => word === 'not modelled' || word === 'not tried');
  return isOpen ? exitCode.inconclusive : exitCode.asExpected;
}
