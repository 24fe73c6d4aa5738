import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { InputError } from '../../contracts/input-error.ts';
import { reportSchema } from '../../contracts/run.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { compareRuns, isWorse } from '../../report/compare-runs.ts';
import { diffReporters } from '../../report/diff-reporters.ts';
import { reportResult } from '../../report/report-result.ts';
import { type SummarizedRun, storedCells } from '../../report/report-source.ts';
import { usageOf } from '../../report/reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { openStoreToRead, type Store } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { summarizeReport } from '../../words/cell-summary.ts';

/** `report diff`: what one run did differently than another. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('compare two runs: cells that are new, gone, broke, were mended, fail differently or take longer')
    .argument('<before>', 'a run of the store by its id or the beginning of it, `last`, `previous`, or a JSON report')
    .argument('<after>', 'the run that is compared with it')
    .option('--reporter <list>', `any of ${usageOf(diffReporters)}`, 'list')
    .addHelpText('after', help)
    .action(async (before: string, after: string, { reporter }: { reporter: string }) => {
      process.exitCode = await diff(before, after, reporter);
    });
}

const help = `
Times are compared by rank, in cells with 6 attempts that pass in each run; the chance that noise alone calls any cell slower is 1 %.

Exit codes: 0 nothing is worse, 1 a cell broke or is slower, 3 bad usage or input

Examples:
  wwebjs-canary report diff previous last
  wwebjs-canary report diff 20261121-0755 last
  wwebjs-canary report diff yesterday.json today.json --reporter list,markdown=diff.md`;

async function diff(before: string, after: string, reporterText: string): Promise<ExitCode> {
  const chosen = chooseReporters(reporterText, diffReporters);
  const store = await openStoreToRead();
  try {
    const read = async () => compareRuns(await readRun(store, before), await readRun(store, after));
    const result = await whileReading(store.file, read);
    await reportResult(result, diffReporters, chosen, processTerminal());
    return result.changes.some(isWorse) ? exitCode.unexpected : exitCode.asExpected;
  } finally {
    await store.close();
  }
}

/** @throws InputError when there is no such run, or several. */
async function readRun(store: Store, text: string): Promise<SummarizedRun> {
  if (existsSync(text)) {
    const { run, cells } = parseYamlFile(text, reportSchema);
    return { run, cells: cells.map(summarizeReport) };
  }
  const place = ['last', 'previous'].indexOf(text);
  const [first, second] =
    place < 0 ? await store.runs.startingWith(text) : (await store.runs.newest(2)).slice(place, place + 1);
  if (!first) {
    const newest = (await store.runs.newest(5)).map(({ run }) => run.id);
    const there = newest.length > 0 ? `its newest are ${newest.join(', ')}` : 'it has none yet';
    throw new InputError(`"${text}" is neither a JSON report nor a run of the store; ${there}`);
  }
  if (second)
    throw new InputError(`"${text}" begins the ids of several runs, such as ${first.run.id} and ${second.run.id}`);
  return { run: first.run, cells: await Array.fromAsync(storedCells(store, first.run.id), summarizeReport) };
}
