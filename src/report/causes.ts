import type { Attempt, Cause, Cell } from '../contracts/attempt.ts';
import { causePlace, placeName } from '../words/cell-names.ts';
import type { CellSummary } from '../words/cell-summary.ts';
import { causeConfidence } from '../words/prediction.ts';

/** Cells that failed for the same reason. */
export interface CauseGroup {
  code: string;
  /** The cause of its first cell; null when no cause was found. The message names no build if the group has several. */
  cause: Cause | null;
  /** How sure it is, of its first cell. */
  confidence: Attempt['confidence'];
  cells: Cell[];
}

/** The failed cells by code, missing name and the library's line; the group with most cells first. */
export function groupCauses(summaries: readonly CellSummary[]): CauseGroup[] {
  const groups = new Map<string, CauseGroup>();
  for (const summary of summaries) {
    const { cell, outcome, code, cause, confidence } = summary;
    if (outcome === null || outcome === 'passed') continue;
    const key = causeKey(summary);
    const group = groups.get(key) ?? { code: code ?? outcome, cause, confidence, cells: [] };
    groups.set(key, withCell(group, cell));
  }
  return [...groups.values()].sort((a, b) => b.cells.length - a.cells.length);
}

/** What failed cells with the same reason share. */
export function causeKey({ cell, code, cause }: Pick<CellSummary, 'cell' | 'code' | 'cause'>): string {
  return JSON.stringify([code, ...reason(cause, cell)]);
}

/** What identifies a cause: the missing name and the library's line; the message only where no name is known. */
function reason(cause: Cause | null, cell: Cell): unknown[] {
  if (!cause) return [];
  const { module, export: name, libraryFile, libraryLine } = cause;
  return [libraryFile, libraryLine, ...(module === undefined ? [withoutBuild(cause, cell)] : [module, name])];
}

function withCell(group: CauseGroup, cell: Cell): CauseGroup {
  const [first] = group.cells;
  const cells = [...group.cells, cell];
  if (!group.cause || first === undefined || first.build === cell.build) return { ...group, cells };
  return { ...group, cells, cause: { ...group.cause, message: withoutBuild(group.cause, first) } };
}

function withoutBuild({ message }: Cause, { build }: Cell): string {
  return message.replaceAll(`build ${build}`, 'the build');
}

/** One line: code, missing `Module.export`, the library's `file:line`, how sure that is with its date, and the cells. */
export function causeLine({ code, cause, confidence, cells }: CauseGroup): string {
  const { missing, libraryLine } = cause ? causePlace(cause) : { missing: '', libraryLine: '' };
  const why = missing ? `${missing} is missing` : (cause?.message.split('\n')[0] ?? 'no cause was found');
  const place = why.includes(libraryLine) ? '' : libraryLine;
  const count = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
  return [code, why, place, causeConfidence(confidence), `${count}: ${cellsWords(cells)}`]
    .filter((part) => part !== '')
    .join('  ');
}

/** `1.24.0 on 2.3000.1014111620, 2.3000.1026515401; 1.25.0 on 2.3000.1026515401`. */
export function cellsWords(cells: readonly Cell[]): string {
  const byLibrary = Map.groupBy(cells, ({ library }) => library);
  return [...byLibrary].map(([library, its]) => `${library} on ${its.map(placeName).join(', ')}`).join('; ');
}
