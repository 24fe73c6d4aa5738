import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CanaryHistory } from '../../contracts/canary-history.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { readHistory } from '../../report/history/read-history.ts';
import { historyPage } from '../../report/html-reporter.ts';
import { writeReportFile } from '../../report/write-report-file.ts';
import { openStoreToRead } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { list } from '../options/option-values.ts';
import { openOnDesktop } from '../process/open-on-desktop.ts';

interface HistoryOptions {
  window: string;
  library?: string[];
  build?: string[];
  out: string;
}

/** `report history`: plots of the results of versions over time, without Grafana. */
export function historyCommand(): Command {
  return new Command('history')
    .description('plot how versions did over time, from all runs in the store: one page, opened if there is a desktop')
    .option('--window <time>', 'how far back, from 1h to 366d', '30d')
    .option('--library <versions>', 'only these versions, separated by commas', list)
    .option('--build <builds>', 'only these builds, separated by commas', list)
    .option('--out <file>', 'where to write the page', home('history.html'))
    .addHelpText('after', help)
    .action(draw);
}

const help = `
Shows success rates with their 95 % interval, phase times, the results of every cell over time, and what changed since yesterday. Times are UTC.

Examples:
  wwebjs-canary report history
  wwebjs-canary report history --window 7d --library 1.34.7,1.34.2 --build 2.3000.1044822804`;

async function draw({ window, library: libraries, build: builds, out }: HistoryOptions): Promise<void> {
  const store = await openStoreToRead();
  const history = await whileReading(store.file, () => readHistory(store, { window, libraries, builds }, Date.now()))
    .catch(nameOption)
    .finally(() => store.close());
  refuseEmpty(history);
  const file = resolve(out);
  await writeReportFile(file, historyPage(history));
  console.log(file);
  openOnDesktop(file);
}

/** Names `window`, `library` and `build` as the options of the command. */
function nameOption(error: unknown): never {
  if (error instanceof InputError) throw new InputError(`--${error.message}`);
  throw error;
}

function refuseEmpty({ attempts, newestAttempt, window }: CanaryHistory): void {
  if (attempts > 0) return;
  throw new InputError(
    newestAttempt === null
      ? 'there is nothing to draw: the store has no attempts yet; `wwebjs-canary run` makes some'
      : `there is nothing to draw: no such attempt in the last ${window}, and the newest of the store is of ${newestAttempt}; take a longer --window or other versions and builds`,
  );
}
