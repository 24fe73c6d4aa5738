import type { Cell } from './attempt.ts';
import { chosenText, switchesText } from './switches.ts';

/** The value of an axis as text; of switches as `switchesText`. */
export function axisText<Axis extends keyof Cell>(cell: Pick<Cell, Axis>, axis: Axis): string {
  const value: Cell[keyof Cell] = cell[axis];
  return typeof value === 'string' ? value : switchesText(value);
}

/** A key that identifies a cell in maps and in the store. */
export function cellKey({ library, build, browser, flow, condition, switches, target }: Cell): string {
  // The store keeps keys: one without switches is the same as those that were kept before there were any.
  const values = chosenText(switches);
  return [library, build, browser, flow, condition, ...(values === '' ? [] : [values]), target].join(' | ');
}
