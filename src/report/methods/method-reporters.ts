import type { MethodCell, MethodTable } from '../../contracts/method-table.ts';
import { chosenText } from '../../contracts/switches.ts';
import { plural } from '../../words/text.ts';
import { escapeMarkdown } from '../escape-markdown.ts';
import { escapeXml } from '../escape-xml.ts';
import { columns } from '../fit-text.ts';
import type { ResultReporter } from '../report-result.ts';
import type { Terminal } from '../terminal.ts';
import { countWords, type MethodWord, methodWord } from './method-table.ts';

/** Every way to show which methods work, by the name that `methods --reporter` takes. */
export const methodReporters: Readonly<Record<string, ResultReporter<MethodTable>>> = {
  list: { takes: null, render: renderMethods },
  json: { takes: 'FILE', render: (table) => `${JSON.stringify(table, null, 2)}\n` },
  markdown: { takes: 'FILE', render: markdownMethods },
  html: { takes: 'FILE', render: htmlMethods },
};

const titleOf = ({ library, build, switches }: MethodTable['columns'][number]) =>
  [`${library} on ${build}`, chosenText(switches)].filter(Boolean).join(' with ');

/** `12 works, 3 fails, ...` of one column, the most first, or why there are none. */
function countsOf(table: MethodTable, column: number): string {
  const counts = [...countWords(table, column)].filter(([word]) => word !== 'not there').sort((a, b) => b[1] - a[1]);
  if (counts.length > 0) return counts.map(([word, count]) => `${count} ${word}`).join(', ');
  const { why, outcome } = table.columns[column] as MethodTable['columns'][number];
  return `no method was tried: ${why ?? outcome}`;
}

interface Reason {
  method: string;
  word: MethodWord;
  /** The columns that have it. */
  where: string;
  why: string;
}

/** Why methods do not work, one entry for each method and reason. */
function reasonsOf({ columns: titles, methods }: MethodTable): Reason[] {
  return methods.flatMap(({ name, cells }) => {
    const places = cells.flatMap((cell, i) => {
      const column = titles[i];
      return cell.why && column ? [{ word: methodWord(cell), why: cell.why, title: titleOf(column) }] : [];
    });
    return [...Map.groupBy(places, ({ word, why }) => `${word}\n${why}`).values()].flatMap((group) => {
      const [first] = group;
      const where = group.map(({ title }) => title).join(', ');
      return first ? [{ method: name, word: first.word, where, why: first.why }] : [];
    });
  });
}

function renderMethods(table: MethodTable, { colors, width }: Terminal): string {
  const rows = table.methods.map(({ name, cells }) => [name, ...cells.map(methodWord)]);
  const reasons = reasonsOf(table).map(({ method, word, where, why }) => [`${method}: ${word}`, where, why]);
  return [
    columns([['method', ...table.columns.map(titleOf)], ...rows], width),
    ...(reasons.length > 0 ? ['\n', columns(reasons, width)] : []),
    '\n',
    ...table.columns.map((column, i) => `${colors.bold(titleOf(column))}: ${countsOf(table, i)}\n`),
  ].join('');
}

/** @returns a heading, the counts of each column, and the tables. */
export function markdownMethods(table: MethodTable): string {
  const rows = table.methods.map(({ name, cells }) => `| \`${name}\` | ${cells.map(methodWord).join(' | ')} |`);
  const reasons = reasonsOf(table).map(
    ({ method, word, where, why }) => `| \`${method}\` | ${word} | ${escapeMarkdown(where)} | ${escapeMarkdown(why)} |`,
  );
  return [
    '## Methods',
    '',
    ...table.columns.map((column, i) => `- ${escapeMarkdown(titleOf(column))}: ${countsOf(table, i)}`),
    '',
    `| method | ${table.columns.map((column) => escapeMarkdown(titleOf(column))).join(' | ')} |`,
    `|---|${'---|'.repeat(table.columns.length)}`,
    ...rows,
    '',
    ...(reasons.length > 0 ? ['| method | what came of it | where | why |', '|---|---|---|---|', ...reasons, ''] : []),
  ].join('\n');
}

/** One page without a script, so that it can be sent and kept. */
function htmlMethods(table: MethodTable): string {
  const cellOf = (cell: MethodCell) => {
    const word = methodWord(cell);
    const why = cell.why === undefined ? '' : ` title="${escapeXml(cell.why)}"`;
    return `<td class="${word.replaceAll(' ', '-')}"${why}>${word}</td>`;
  };
  const rows = table.methods.map(
    ({ name, cells }) => `<tr><th scope="row">${escapeXml(name)}</th>${cells.map(cellOf).join('')}</tr>`,
  );
  const reasons = reasonsOf(table).map(
    ({ method, word, where, why }) =>
      `<tr><th scope="row">${escapeXml(method)}</th><td>${word}</td><td>${escapeXml(where)}</td><td>${escapeXml(why)}</td></tr>`,
  );
  const heads = table.columns.map((column) => `<th scope="col">${escapeXml(titleOf(column))}</th>`);
  const counts = table.columns.map((column, i) => `<li>${escapeXml(`${titleOf(column)}: ${countsOf(table, i)}`)}</li>`);
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
.works { background: #e2f5e5; }
.fails, .no-effect { background: #fbdcdc; }
.fails-as-predicted { background: #fdf0d5; }
.not-modelled, .not-tried, .not-there { color: #666; }
</style>
<h1>${plural(table.methods.length, 'method')} of whatsapp-web.js</h1>
<ul>${counts.join('')}</ul>
<table><thead><tr><th>method</th>${heads.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
<table><thead><tr><th>method</th><th>what came of it</th><th>where</th><th>why</th></tr></thead><tbody>
${reasons.join('\n')}
</tbody></table>
</html>
`;
}
