import type { IncidentStudy } from '../../contracts/incident-study.ts';
import { columnLines } from '../../words/text.ts';
import { escapeMarkdown } from '../escape-markdown.ts';
import type { ResultReporter } from '../report-result.ts';
import type { Colors } from '../terminal.ts';
import { studyTables } from './study-tables.ts';

/** Every way to show a study, by the name that `study incident --reporter` takes. */
export const studyReporters: Readonly<Record<string, ResultReporter<IncidentStudy>>> = {
  list: { takes: null, render: (study, { colors }) => asText(study, colors) },
  json: { takes: 'FILE', render: (study) => `${JSON.stringify(study, null, 2)}\n` },
  markdown: { takes: 'FILE', render: asMarkdown },
};

function asText(study: IncidentStudy, colors: Colors): string {
  return studyTables(study)
    .map(({ title, rows }) => `${[colors.bold(title), ...columnLines(rows)].join('\n')}\n`)
    .join('\n');
}

function asMarkdown(study: IncidentStudy): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return studyTables(study)
    .map(({ title, rows: [head = [], ...rows] }) => {
      const rule = `|${'---|'.repeat(head.length)}`;
      return `${[`**${escapeMarkdown(title)}**`, '', line(head), rule, ...rows.map(line)].join('\n')}\n`;
    })
    .join('\n');
}
