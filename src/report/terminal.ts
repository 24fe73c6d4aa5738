import picocolors from 'picocolors';

/** The output of a command: progress separate from results, so that results can be piped. */
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

/** The width of an output without one, such as a file or a CI log, where tables need no breaks. */
const unlimitedWidth = 1000;

/**
 * `NO_COLOR` (any value that is not empty) is stronger than `FORCE_COLOR` (`0` and `false` mean none); without both, colours are for
 * terminals.
 */
export function wantsColors(env: Readonly<Record<string, string | undefined>>, terminals: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return terminals && env.TERM !== 'dumb';
}

/**
 * The terminal of this process. In CI nothing is redrawn, since CI logs keep every line; colours by default only where both streams
 * show them.
 */
export function processTerminal(): Terminal {
  const terminals = process.stdout.isTTY === true && process.stderr.isTTY === true;
  return {
    progress: (text) => void process.stderr.write(text),
    result: (text) => void process.stdout.write(text),
    live: process.stderr.isTTY === true && !process.env.CI,
    width: process.stdout.columns ?? unlimitedWidth,
    colors: picocolors.createColors(wantsColors(process.env, terminals)),
  };
}
