import type { Cell } from '../contracts/attempt.ts';
import type { families } from '../metrics/families.ts';
import type { LabelSet } from '../metrics/family.ts';

/** The labels of the families that have one series per cell. Every attempt is made with the switches that its build has by default. */
export function cellLabels(cell: Cell): LabelSet<typeof families.canaryCellPassed> {
  return { ...cell, switches: 'none' };
}
