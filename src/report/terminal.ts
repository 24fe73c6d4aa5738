import picocolors from 'picocolors';
import { onCi } from '../contracts/on-ci.ts';
import { fitLines } from './fit-text.ts';

/** The output of a command: progress separate from results, so that results can be piped. */
export interface Terminal {
  /** Progress, to stderr, broken into lines of its width. */
  progress(text: string): void;
  /** Results, to stdout, broken into lines of its width. */
  result(text: string): void;
  /** True when progress can be redrawn in place. */
  live: boolean;
  /** Columns for results. */
  width: number;
  /** Columns for progress. */
  progressWidth: number;
  colors: Colors;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

/** The width of an output without one, such as a file or a CI log, where tables need no breaks. */
const unlimitedWidth = Number.POSITIVE_INFINITY;

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
  const [width, progressWidth] = [process.stdout, process.stderr].map(widthOfStream) as [number, number];
  return {
    progress: (text) => void process.stderr.write(fitLines(text, progressWidth)),
    result: (text) => void process.stdout.write(fitLines(text, width)),
    live: process.stderr.isTTY === true && !onCi(),
    width,
    progressWidth,
    colors: picocolors.createColors(wantsColors(process.env, terminals)),
  };
}

/** Some pseudo-terminals have no size: 0 columns. */
function widthOfStream({ columns }: { columns?: number }): number {
  return columns || unlimitedWidth;
}
