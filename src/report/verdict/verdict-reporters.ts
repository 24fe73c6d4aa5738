import type { Verdict } from '../../contracts/verdict.ts';
import type { ResultReporter } from '../report-result.ts';
import { renderVerdict } from './render-verdict.ts';
import { verdictJunit } from './verdict-junit.ts';
import { verdictMarkdown } from './verdict-markdown.ts';

/** Every way to show a verdict, by the name that `gate --reporter` takes. */
export const verdictReporters: Readonly<Record<string, ResultReporter<Verdict>>> = {
  list: { takes: null, render: (verdict, { colors }) => renderVerdict(verdict, colors) },
  json: { takes: 'FILE', render: (verdict) => `${JSON.stringify(verdict, null, 2)}\n` },
  junit: { takes: 'FILE', render: verdictJunit },
  markdown: { takes: 'FILE', render: verdictMarkdown },
};
