/** Symbols next to the words, so that no meaning depends on colour. */
export const symbols = { passed: '✓', failed: '✗', infra: '!', notRun: '·', surprise: '?' } as const;

/** `420 ms`, `1.3 s`, `2 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 cell`, `2 cells`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Rows as text in columns, two spaces apart; every line ends with a line break. */
export function columns(rows: readonly (readonly string[])[]): string {
  return `${columnLines(rows).join('\n')}\n`;
}

/** Rows as lines of text in columns, two spaces apart; no line ends with spaces. */
export function columnLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((known, row) => {
    for (const [i, text] of row.entries()) known[i] = Math.max(known[i] ?? 0, text.length);
    return known;
  }, []);
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}
