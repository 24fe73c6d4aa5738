import type { Cause, Cell } from '../contracts/attempt.ts';
import type { CellSummary } from './cell-summary.ts';
import { causePlace, placeName } from './words.ts';

/** Cells that failed for the same reason. */
export interface CauseGroup {
  code: string;
  /** Null when no cause was found. */
  cause: Cause | null;
  cells: Cell[];
}

/** The failed cells by code, missing name and the library's line; the group with most cells first. */
export function groupCauses(cells: readonly CellSummary[]): CauseGroup[] {
  const groups = new Map<string, CauseGroup>();
  for (const { cell, outcome, code, cause } of cells) {
    if (outcome === null || outcome === 'passed') continue;
    const key = JSON.stringify([code, ...reason(cause)]);
    const group = groups.get(key) ?? { code: code ?? outcome, cause, cells: [] };
    group.cells.push(cell);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.cells.length - a.cells.length);
}

/** What makes two causes the same: the missing name and the library's line; the message only where no name is known. */
function reason(cause: Cause | null): unknown[] {
  if (!cause) return [];
  const { module, export: name, libraryFile, libraryLine, message } = cause;
  return [libraryFile, libraryLine, ...(module === undefined ? [message] : [module, name])];
}

/** One line: code, missing `Module.export`, the library's `file:line`, and the cells. */
export function causeLine({ code, cause, cells }: CauseGroup): string {
  const { missing, libraryLine } = cause ? causePlace(cause) : { missing: '', libraryLine: '' };
  const why = missing ? `${missing} is missing` : (cause?.message.split('\n')[0] ?? 'no cause was found');
  const count = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
  return [code, why, libraryLine, `${count}: ${cellsWords(cells)}`].filter((part) => part !== '').join('  ');
}

/** `1.24.0 on 2.3000.1014111620, 2.3000.1026515401; 1.25.0 on 2.3000.1026515401`. */
function cellsWords(cells: readonly Cell[]): string {
  const byLibrary = Map.groupBy(cells, ({ library }) => library);
  return [...byLibrary].map(([library, its]) => `${library} on ${its.map(placeName).join(', ')}`).join('; ');
}
