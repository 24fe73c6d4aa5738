import picocolors from 'picocolors';

/** Where a command shows what it does: progress apart from results, so that results can be piped on. */
export interface Terminal {
  /** Progress, to stderr. */
  progress(text: string): void;
  /** Results, to stdout. */
  result(text: string): void;
  /** True when progress can be redrawn in place. */
  live: boolean;
  /** Columns. */
  width: number;
  colors: Colors;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where nothing tells the width, as in a file or a CI log, no table needs to be broken. */
const unlimitedWidth = 1000;

/** The terminal of this process. In CI nothing is redrawn, since CI logs keep every line; colours only where both streams show them. */
export function processTerminal(): Terminal {
  const terminals = process.stdout.isTTY === true && process.stderr.isTTY === true;
  return {
    progress: (text) => void process.stderr.write(text),
    result: (text) => void process.stdout.write(text),
    live: process.stderr.isTTY === true && !process.env.CI,
    width: process.stdout.columns ?? unlimitedWidth,
    colors: picocolors.createColors(terminals && picocolors.isColorSupported),
  };
}
