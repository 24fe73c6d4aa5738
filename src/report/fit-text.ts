import { stripVTControlCharacters } from 'node:util';

/** A column narrower than this holds so few words that the row continues below instead. */
const narrowestColumn = 20;

const gap = '  ';

/** A command to copy, as help and results show it. */
const command = /^\s+(?:\w+=\S+ )?(?:npx )?wwebjs-canary /;

/**
 * Breaks lines that are wider than `width` columns at spaces; an indented line continues with a deeper indentation. A command continues after a
 * backslash, so that it can be copied. A word that is longer than a line, such as a path, stays whole.
 */
export function fitLines(text: string, width = Number.POSITIVE_INFINITY): string {
  return text
    .split('\n')
    .flatMap((line) => (widthOf(line) <= width ? [line] : brokenLine(line, width)))
    .join('\n');
}

/** Rows as text in columns, as `columnLines`; every line ends with a line break. */
export function columns(rows: readonly (readonly string[])[], width?: number): string {
  return `${columnLines(rows, width).join('\n')}\n`;
}

/**
 * Rows as lines of text in columns, two spaces apart; no line ends with spaces. In a table that is wider than `width` the last column is broken
 * into lines; where that leaves too little room, the first column stands above the others.
 */
export function columnLines(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
  return linesOfRows(rows, width).flat();
}

function linesOfRows(rows: readonly (readonly string[])[], width: number): string[][] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((text, i) => padded(text, widths[i] as number))
      .join(gap)
      .trimEnd(),
  );
  if (lines.every((line) => widthOf(line) <= width)) return lines.map((line) => [line]);
  const offset = widths.slice(0, -1).reduce((sum, its) => sum + its + gap.length, 0);
  const longestWord = Math.max(...rows.flatMap((row) => (row[count - 1] ?? '').split(' ').map(widthOf)));
  if (count === 1 || width - offset >= Math.max(narrowestColumn, longestWord)) {
    return rows.map((row, i) => {
      const [first = '', ...others] = fitLines(row[count - 1] ?? '', width - offset).split('\n');
      const before = row.slice(0, count - 1).map((text, column) => padded(text, widths[column] as number));
      const start = [...before, first].join(gap).trimEnd();
      return row.length < count
        ? [lines[i] as string]
        : [start, ...others.map((text) => `${' '.repeat(offset)}${text}`)];
    });
  }
  const indent = ' '.repeat(Math.max(...rows.map(([first = '']) => indentOf(first).length)) + 2);
  const below = linesOfRows(
    rows.map((row) => row.slice(1)),
    width - indent.length,
  );
  return rows.map(([first = ''], i) => [
    ...fitLines(first, width).split('\n'),
    ...(below[i] as string[]).filter((line) => line !== '').map((line) => `${indent}${line}`),
  ]);
}

function brokenLine(line: string, width: number): string[] {
  const indent = indentOf(line);
  const isCommand = command.test(stripVTControlCharacters(line));
  // A quoted word of a command may have spaces.
  const words = line.slice(indent.length).match(isCommand ? / *(?:'[^']*'|"[^"]*"|[^\s'"])+/g : / *[^ ]+/g) ?? [];
  const end = isCommand ? ' \\' : '';
  const lines: string[] = [];
  let current = indent;
  for (const [i, word] of words.entries()) {
    const isLast = i === words.length - 1;
    const room = width - (isLast ? 0 : end.length);
    if (current.trim() === '' || widthOf(current) + widthOf(word) <= room) current += word;
    else {
      lines.push(`${current}${end}`);
      current = `${indent}${indent === '' ? '' : '  '}${word.trimStart()}`;
    }
  }
  return [...lines, current.trimEnd()];
}

function indentOf(line: string): string {
  return /^ */.exec(line)?.[0] ?? '';
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function padded(text: string, width: number): string {
  return `${text}${' '.repeat(width - widthOf(text))}`;
}
