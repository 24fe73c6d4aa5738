import type { Cause, Cell } from '../contracts/attempt.ts';
import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { CellSummary } from './cell-summary.ts';

/** Symbols beside the words, so that nothing depends on colour. */
export const symbols = { passed: '✓', failed: '✗', infra: '!', notRun: '·', surprise: '?' } as const;

/** What stands in a cell of a grid: `✓ 1.3 s` (scan to ready), `✗ no-ready`, `! harness-error`, `·`; `?` marks a surprise. */
export function cellWords(summary: CellSummary): string {
  return `${verdictWords(summary)}${summary.surprise ? ` ${symbols.surprise}` : ''}`;
}

function verdictWords({ outcome, scanToReadyMs, code, passed, made }: CellSummary): string {
  if (outcome === null) return symbols.notRun;
  if (outcome === 'passed') {
    return scanToReadyMs === null ? symbols.passed : `${symbols.passed} ${formatMs(scanToReadyMs)}`;
  }
  const share = passed > 0 ? ` ${made - passed}/${made}` : '';
  return `${symbols[outcome]} ${code ?? outcome}${share}`;
}

/** `420 ms`, `1.3 s`, `2 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1.34.7 on 2.3000.1044822804`, with browser, flow and condition where they are not the usual ones. */
export function cellName(cell: Cell): string {
  return `${cell.library} on ${placeName(cell)}`;
}

/** A cell without its library: `2.3000.1029241508 (browser 107)`. */
export function placeName({ build, browser, flow, condition, target }: Omit<Cell, 'library'>): string {
  const unusual = [
    browser === 'current' ? '' : `browser ${browser}`,
    flow === 'qr-to-ready' ? '' : flow,
    condition === 'none' ? '' : condition,
    target === 'replica' ? '' : target,
  ].filter((word) => word !== '');
  return `${build}${unusual.length > 0 ? ` (${unusual.join(', ')})` : ''}`;
}

/** What a cause is about: the module and export that is missing, and the library's line. */
export function causePlace(cause: Cause): { missing: string; libraryLine: string } {
  return {
    missing: [cause.module, cause.export].filter((name) => name !== undefined).join('.'),
    libraryLine: [cause.libraryFile, cause.libraryLine].filter((part) => part !== undefined).join(':'),
  };
}

/** The command that repeats one cell. */
export function repeatCommand(cell: Cell, seed: number): string {
  const options = [
    `--library ${shellWord(cell.library)}`,
    `--build ${cell.build}`,
    `--browser ${shellWord(cell.browser)}`,
    `--flow ${cell.flow}`,
    `--condition ${cell.condition}`,
    ...(cell.target === 'live' ? ['--target live'] : []),
    `--seed ${seed}`,
  ];
  return `npx wwebjs-canary run ${options.join(' ')}`;
}

function shellWord(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Builds from old to new, each once. */
export function sortBuilds(builds: Iterable<string>): string[] {
  return [...new Set(builds)].sort((a, b) => compareBuilds(parseBuild(a), parseBuild(b)));
}

/** `a`, `a and b`, `a, b and c`. */
export function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
