import type { Verdict } from '../../contracts/verdict.ts';
import type { ChosenReporter } from '../choose-reporters.ts';
import type { ReporterTarget } from '../reporters.ts';
import type { Terminal } from '../terminal.ts';
import { writeReportFile } from '../write-report-file.ts';
import { renderVerdict } from './render-verdict.ts';
import { verdictJunit } from './verdict-junit.ts';
import { verdictMarkdown } from './verdict-markdown.ts';

interface VerdictReporter {
  takes: ReporterTarget;
  render(verdict: Verdict, terminal: Terminal): string;
}

/** Every way to show a verdict, by the name that `gate --reporter` takes. */
export const verdictReporters: Readonly<Record<string, VerdictReporter>> = {
  list: { takes: null, render: (verdict, { colors }) => renderVerdict(verdict, colors) },
  json: { takes: 'FILE', render: (verdict) => `${JSON.stringify(verdict, null, 2)}\n` },
  junit: { takes: 'FILE', render: verdictJunit },
  markdown: { takes: 'FILE', render: verdictMarkdown },
};

/** Shows a verdict in every chosen way. @throws TroubleError naming the file that cannot be written. */
export async function reportVerdict(
  verdict: Verdict,
  chosen: readonly ChosenReporter[],
  terminal: Terminal,
): Promise<void> {
  for (const { name, target } of chosen) {
    const text = (verdictReporters[name] as VerdictReporter).render(verdict, terminal);
    if (target === '') terminal.result(text);
    else await writeReportFile(target, [text]);
  }
}
