import type { Cell } from '../contracts/attempt.ts';
import { switchesText } from '../contracts/switches.ts';
import type { families } from '../metrics/families.ts';
import type { LabelSet } from '../metrics/family.ts';

/** The labels of the families that have one series per cell. */
export function cellLabels(cell: Cell): LabelSet<typeof families.canaryCellPassed> {
  return { ...cell, switches: switchesText(cell.switches) };
}
