import type { MethodTable } from '../../contracts/method-table.ts';
import { chosenText } from '../../contracts/switches.ts';
import { plural } from '../../words/text.ts';
import { escapeMarkdown } from '../escape-markdown.ts';
import { escapeXml } from '../escape-xml.ts';
import { columns } from '../fit-text.ts';
import type { ResultReporter } from '../report-result.ts';
import type { Terminal } from '../terminal.ts';
import { countWords, type Section, sectionsOf } from './method-table.ts';

/** Every way to show which methods work and which events come, by the name that `methods --reporter` takes. */
export const methodReporters: Readonly<Record<string, ResultReporter<MethodTable>>> = {
  list: { takes: null, render: renderMethods },
  json: { takes: 'FILE', render: (table) => `${JSON.stringify(table, null, 2)}\n` },
  markdown: { takes: 'FILE', render: markdownMethods },
  html: { takes: 'FILE', render: htmlMethods },
};

const titleOf = ({ library, build, switches }: MethodTable['columns'][number]) =>
  [`${library} on ${build}`, chosenText(switches)].filter(Boolean).join(' with ');

/** `12 works, 3 fails, ...` of one column, the most first, or why there are none. */
function countsOf(section: Section, table: MethodTable, column: number): string {
  const counts = [...countWords(section, column)].filter(([word]) => word !== 'not there').sort((a, b) => b[1] - a[1]);
  if (counts.length > 0) return counts.map(([word, count]) => `${count} ${word}`).join(', ');
  const { why, outcome } = table.columns[column] as MethodTable['columns'][number];
  return `no ${section.noun} was tried: ${why ?? outcome}`;
}

interface Reason {
  name: string;
  word: string;
  /** The columns that have it. */
  where: string;
  why: string;
}

/** Why methods do not work and events do not come, one entry for each name and reason. */
function reasonsOf({ rows }: Section, { columns: titles }: MethodTable): Reason[] {
  return rows.flatMap(({ name, cells }) => {
    const places = cells.flatMap(({ word, why }, i) => {
      const column = titles[i];
      return why && column ? [{ word, why, title: titleOf(column) }] : [];
    });
    return [...Map.groupBy(places, ({ word, why }) => `${word}\n${why}`).values()].flatMap((group) => {
      const [first] = group;
      const where = group.map(({ title }) => title).join(', ');
      return first ? [{ name, word: first.word, where, why: first.why }] : [];
    });
  });
}

function renderMethods(table: MethodTable, { colors, width }: Terminal): string {
  const texts = sectionsOf(table).map((section) => {
    const rows = section.rows.map(({ name, cells }) => [name, ...cells.map(({ word }) => word)]);
    const reasons = reasonsOf(section, table).map(({ name, word, where, why }) => [`${name}: ${word}`, where, why]);
    return [
      columns([[section.noun, ...table.columns.map(titleOf)], ...rows], width),
      ...(reasons.length > 0 ? ['\n', columns(reasons, width)] : []),
      '\n',
      ...table.columns.map((column, i) => `${colors.bold(titleOf(column))}: ${countsOf(section, table, i)}\n`),
    ].join('');
  });
  return texts.join('\n');
}

/** @returns for methods and for events a heading, the counts of each column, and the tables. */
export function markdownMethods(table: MethodTable): string {
  return sectionsOf(table)
    .map((section) => markdownSection(section, table))
    .join('\n');
}

function markdownSection(section: Section, table: MethodTable): string {
  const { noun } = section;
  const rows = section.rows.map(({ name, cells }) => `| \`${name}\` | ${cells.map(({ word }) => word).join(' | ')} |`);
  const reasons = reasonsOf(section, table).map(
    ({ name, word, where, why }) => `| \`${name}\` | ${word} | ${escapeMarkdown(where)} | ${escapeMarkdown(why)} |`,
  );
  return [
    noun === 'method' ? '## Methods' : '## Events',
    '',
    ...table.columns.map((column, i) => `- ${escapeMarkdown(titleOf(column))}: ${countsOf(section, table, i)}`),
    '',
    `| ${noun} | ${table.columns.map((column) => escapeMarkdown(titleOf(column))).join(' | ')} |`,
    `|---|${'---|'.repeat(table.columns.length)}`,
    ...rows,
    '',
    ...(reasons.length > 0 ? [`| ${noun} | result | where | why |`, '|---|---|---|---|', ...reasons, ''] : []),
  ].join('\n');
}

/** One page without a script, so that it can be sent and kept. */
function htmlMethods(table: MethodTable): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Methods of whatsapp-web.js</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border: 1px solid #ccc; padding: 2px 8px; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: #fff; }
.works, .comes { background: #e2f5e5; }
.fails, .no-effect, .does-not-come { background: #fbdcdc; }
.fails-as-predicted, .cannot-come { background: #fdf0d5; }
.not-modelled, .not-tried, .not-there { color: #666; }
</style>
${sectionsOf(table)
  .map((section) => htmlSection(section, table))
  .join('')}</html>
`;
}

function htmlSection(section: Section, table: MethodTable): string {
  const { noun, rows } = section;
  const cellOf = ({ word, why }: Section['rows'][number]['cells'][number]) => {
    const title = why === undefined ? '' : ` title="${escapeXml(why)}"`;
    return `<td class="${word.replaceAll(' ', '-')}"${title}>${word}</td>`;
  };
  const lines = rows.map(
    ({ name, cells }) => `<tr><th scope="row">${escapeXml(name)}</th>${cells.map(cellOf).join('')}</tr>`,
  );
  const reasons = reasonsOf(section, table).map(
    ({ name, word, where, why }) =>
      `<tr><th scope="row">${escapeXml(name)}</th><td>${word}</td><td>${escapeXml(where)}</td><td>${escapeXml(why)}</td></tr>`,
  );
  const heads = table.columns.map((column) => `<th scope="col">${escapeXml(titleOf(column))}</th>`);
  const counts = table.columns.map(
    (column, i) => `<li>${escapeXml(`${titleOf(column)}: ${countsOf(section, table, i)}`)}</li>`,
  );
  return `<h1>${plural(rows.length, noun)} of whatsapp-web.js</h1>
<ul>${counts.join('')}</ul>
<table><thead><tr><th>${noun}</th>${heads.join('')}</tr></thead><tbody>
${lines.join('\n')}
</tbody></table>
<table><thead><tr><th>${noun}</th><th>result</th><th>where</th><th>why</th></tr></thead><tbody>
${reasons.join('\n')}
</tbody></table>
`;
}
