import type { Cell } from '../contracts/attempt.ts';
import { readSwitches, switchesText } from '../contracts/switches.ts';
import type { CellColumns } from './tables.ts';

/** The columns of a cell, in every table that has cells. */
export const cellColumns = ['library', 'build', 'browser', 'flow', 'condition', 'switches', 'target'] as const;

export function columnsOf(cell: Cell): CellColumns {
  return { ...cell, switches: switchesText(cell.switches) };
}

export function cellOfColumns({ library, build, browser, flow, condition, switches, target }: CellColumns): Cell {
  return { library, build, browser, flow, condition, switches: readSwitches(switches), target };
}
