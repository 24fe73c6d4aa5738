import { breakageRatio } from '../statistics/breakage-ratio.ts';
import type { CellCounts } from '../statistics/counts.ts';

/** Plain breakage, found within a few attempts: may be asked after every pair without a plan of looks. */
export function fastPath(cells: readonly CellCounts[], blocksFrom: number): { ratio: number; broken: boolean } {
  if (cells.length === 0) return { ratio: 1, broken: false };
  const ratio = breakageRatio(cells);
  return { ratio, broken: ratio >= blocksFrom };
}
