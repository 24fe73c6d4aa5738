import { join } from 'node:path';
import type { ChosenReporter } from './choose-reporters.ts';
import type { ReporterTraits } from './reporters.ts';
import type { Terminal } from './terminal.ts';
import { writeReportFile } from './write-report-file.ts';

/** One way to show a complete result. */
export interface ResultReporter<Result> extends ReporterTraits {
  render(result: Result, terminal: Terminal): string;
}

/** Shows a result in every chosen way. @throws TroubleError naming the file that cannot be written. */
export async function reportResult<Result>(
  result: Result,
  kinds: Readonly<Record<string, ResultReporter<Result>>>,
  chosen: readonly ChosenReporter[],
  terminal: Terminal,
): Promise<void> {
  for (const { name, target } of chosen) {
    const { takes, besideProgress, render } = kinds[name] as ResultReporter<Result>;
    const text = render(result, terminal);
    if (target === '') (besideProgress ? terminal.progress : terminal.result)(text);
    else await writeReportFile(takes === 'DIR' ? join(target, 'index.html') : target, [text]);
  }
}
