import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../../contracts/input-error.ts';
import { readRetention } from '../../contracts/retention.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { lastReportFile } from '../../report/html-reporter.ts';
import { mergeBlobs } from '../../report/merge-blobs.ts';
import { storeSource } from '../../report/report-source.ts';
import { reporters, reporterUsage } from '../../report/reporters.ts';
import { RunTally } from '../../report/run-tally.ts';
import { processTerminal } from '../../report/terminal.ts';
import { exitOfRun } from '../../runs/exit-of-run.ts';
import { keptReports, keptTable, reportFile } from '../../runs/prune.ts';
import { openStore } from '../../store/open-store.ts';
import { StoreRecorder } from '../../store/store-recorder.ts';
import { openOnDesktop } from '../process/open-on-desktop.ts';
import { diffCommand } from './report-diff.ts';
import { historyCommand } from './report-history.ts';

/** `report merge`, `report show`, `report kept`, `report diff` and `report history`. */
export function reportCommand(): Command {
  const report = new Command();
  report
    .command('merge')
    .description('make one report from the blobs of shards')
    .argument('<blob...>', 'files that --reporter blob=FILE wrote; all shards of a plan')
    .option('--reporter <list>', `any of ${reporterUsage}`, 'list')
    .option('--partial', 'when shards are lost: report what is there, and say what is missing')
    .addHelpText('after', mergeHelp)
    .action(async (blobs: string[], options: MergeCommandOptions) => {
      process.exitCode = await merge(blobs, options);
    });
  report
    .command('show')
    .description('print where an HTML report is, and open it if there is a desktop')
    .argument('[run]', 'the id of a run whose report is kept (default: the last report)')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary report show\n  wwebjs-canary report show 20261122-075500-ab12cd',
    )
    .action(show);
  report
    .command('kept')
    .description('how many attempts, evidence folders and reports are kept, how much they take, and by which limits')
    .addHelpText(
      'after',
      '\nThe limits are those of compat-matrix/retention.yaml, or of a copy of it in .wwebjs-canary.\n\nExample:\n  wwebjs-canary report kept',
    )
    .action(async () => {
      process.stdout.write(await keptTable(readRetention()));
    });
  report.addCommand(diffCommand());
  report.addCommand(historyCommand());
  return report;
}

interface MergeCommandOptions {
  reporter: string;
  partial?: boolean;
}

const mergeHelp = `
Exit codes as of one run: 0 as expected, 1 when a cell was unexpected, 4 when a shard was interrupted. A partial report is never as expected:
1 when a cell was unexpected, else 2.

Example:
  wwebjs-canary run --shard 1/2 --reporter blob=one.blob
  wwebjs-canary run --shard 2/2 --reporter blob=two.blob
  wwebjs-canary report merge one.blob two.blob --reporter list,html=report
  wwebjs-canary report merge one.blob --partial`;

async function merge(blobs: readonly string[], { reporter, partial = false }: MergeCommandOptions) {
  const chosen = chooseReporters(reporter);
  const folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-merge-'));
  try {
    const store = await openStore(join(folder, 'store.sqlite'));
    const recorder = new StoreRecorder(store, folder);
    const source = storeSource(store, recorder, (_run, { id }) => join(folder, basename(id)));
    const terminal = processTerminal();
    const context = { terminal, source, part: null };
    const tally = new RunTally();
    const made = chosen.map(({ name, target }) => reporters[name]?.create(target, context) ?? {});
    const { run, interrupted } = await mergeBlobs(blobs, [recorder, tally, ...made], {
      folder,
      partial,
      say: (line) => terminal.progress(`${line}\n`),
    });
    await store.close();
    if (recorder.trouble) throw recorder.trouble;
    return exitOfRun(tally.cells, { interrupted, incomplete: run.missing !== undefined });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function show(run: string | undefined): void {
  if (run !== undefined && !keptReports().some(({ id }) => id === run)) {
    const newest = keptReports()
      .slice(-5)
      .map(({ id }) => id);
    const there = newest.length > 0 ? `the newest that are kept are ${newest.join(', ')}` : 'none is kept yet';
    throw new InputError(`there is no report of run "${run}"; ${there}`);
  }
  const last = existsSync(lastReportFile()) ? readFileSync(lastReportFile(), 'utf8') : '';
  const page = run === undefined ? last : reportFile(run);
  if (page === '' || !existsSync(page)) {
    throw new InputError('there is no HTML report yet; `wwebjs-canary run --reporter html=DIR` makes one');
  }
  console.log(page);
  openOnDesktop(page);
}
