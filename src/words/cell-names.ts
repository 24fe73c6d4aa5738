import type { Cause, Cell } from '../contracts/attempt.ts';
import { chosenText } from '../contracts/switches.ts';

/** `1.34.7 on 2.3000.1044822804`, with browser, flow, condition and switches where they are not the defaults. */
export function cellName(cell: Cell): string {
  return `${cell.library} on ${placeName(cell)}`;
}

/** A cell without its library: `2.3000.1029241508 (browser 107)`. */
export function placeName({ build, browser, flow, condition, switches, target }: Omit<Cell, 'library'>): string {
  const unusual = [
    browser === 'current' ? '' : `browser ${browser}`,
    flow === 'qr-to-ready' ? '' : flow,
    condition === 'none' ? '' : condition,
    chosenText(switches),
    target === 'replica' ? '' : target,
  ].filter((word) => word !== '');
  return `${build}${unusual.length > 0 ? ` (${unusual.join(', ')})` : ''}`;
}

/** The missing module and export of a cause, and the library's line. */
export function causePlace(cause: Cause): { missing: string; libraryLine: string } {
  return {
    missing: [cause.module, cause.export].filter((name) => name !== undefined).join('.'),
    libraryLine: [cause.libraryFile, cause.libraryLine].filter((part) => part !== undefined).join(':'),
  };
}
