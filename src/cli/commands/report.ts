import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { InputError } from '../../contracts/input-error.ts';
import { readRetention } from '../../contracts/retention.ts';
import { lastReportFile } from '../../report/html-reporter.ts';
import { processTerminal } from '../../report/terminal.ts';
import { keptReports, keptTable, reportFile } from '../../runs/prune.ts';
import { openOnDesktop } from '../process/open-on-desktop.ts';
import { buildsCommand } from './report-builds.ts';
import { commentCommand } from './report-comment.ts';
import { diffCommand } from './report-diff.ts';
import { historyCommand } from './report-history.ts';
import { mergeCommand } from './report-merge.ts';

/** `report` and its subcommands. */
export function reportCommand(): Command {
  const report = new Command().addHelpText(
    'after',
    '\nExamples:\n  wwebjs-canary report show\n  wwebjs-canary report diff previous last\n  wwebjs-canary report merge *.blob',
  );
  report.addCommand(mergeCommand());
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
      const { result, width } = processTerminal();
      result(await keptTable(readRetention(), width));
    });
  report.addCommand(diffCommand());
  report.addCommand(commentCommand());
  report.addCommand(historyCommand());
  report.addCommand(buildsCommand());
  return report;
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
