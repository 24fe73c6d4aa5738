import { type Arm, arms } from '../../contracts/verdict.ts';
import { hodgesLehmannRatio } from '../statistics/hodges-lehmann-ratio.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { upperQuantile } from '../statistics/normal.ts';

/** Milliseconds to ready of both arms in one cell; Infinity where it was not reached. */
export interface CellTimes {
  baseline: { times: readonly number[] };
  candidate: { times: readonly number[] };
}

export interface TimeToReady {
  /** Median milliseconds over all cells. */
  medianMs: { baseline: number; candidate: number };
  ratio: { estimate: number; lower: number };
  pValue: number;
  /** Surely slower than allowed. */
  isSlower: boolean;
  /** The estimate is above what is allowed, whether or not that is sure yet. */
  looksSlower: boolean;
}

/**
 * Slower, which blocks, only when both agree: the Mann-Whitney test is significant, and the lower bound of the Hodges-Lehmann ratio is above
 * the allowed one. Cells differ in speed, so each cell's times are first divided by its median over both arms (aligned ranks:
 * J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 33 (1962) 482-497), and both arms of a cell get the same weight, or
 * an arm with most attempts in cells where no version works would look slower. With one cell neither changes anything.
 * Cells in which no attempt became ready, or only one arm was tried, have no speed to compare.
 *
 * @returns null when no cell can be compared.
 */
export function timeToReady(cells: readonly CellTimes[], allowedRatio: number, level: number): TimeToReady | null {
  const compared = cells.map((cell) => withTypical(cell)).filter((cell) => cell !== null);
  if (compared.length === 0) return null;
  // With one cell there is nothing to align.
  const aligned = compared.length > 1;
  if (aligned) for (const cell of compared) balance(cell);
  const times = (arm: Arm, divide: boolean) => {
    const all = new Float64Array(compared.reduce((sum, cell) => sum + cell[arm].length, 0));
    let next = 0;
    for (const cell of compared) {
      for (const time of cell[arm]) all[next++] = divide ? time / cell.typical : time;
    }
    return all.sort();
  };
  const [baseline, candidate] = [times('baseline', aligned), times('candidate', aligned)];
  const { pValue } = mannWhitney(baseline, candidate);
  const ratio = hodgesLehmannRatio(baseline, candidate, upperQuantile(level));
  return {
    medianMs: {
      baseline: median(aligned ? times('baseline', false) : baseline),
      candidate: median(aligned ? times('candidate', false) : candidate),
    },
    ratio,
    pValue,
    isSlower: pValue <= level && ratio.lower > allowedRatio,
    looksSlower: ratio.estimate > allowedRatio,
  };
}

/** The times of a cell and their median over both arms. */
type TypicalTimes = Record<Arm, readonly number[]> & { typical: number };

/** Leaves as many times in each arm as the smaller one has, evenly spread over the ranks of the larger one. */
function balance(cell: TypicalTimes): void {
  const count = Math.min(cell.baseline.length, cell.candidate.length);
  for (const arm of arms) {
    if (cell[arm].length === count) continue;
    const ascending = Float64Array.from(cell[arm]).sort();
    const step = ascending.length / count;
    cell[arm] = Array.from({ length: count }, (_, i) => ascending[Math.floor((i + 0.5) * step)] as number);
  }
}

/** @returns null when the arms of a cell cannot be compared. */
function withTypical(cell: CellTimes): TypicalTimes | null {
  const [baseline, candidate] = [cell.baseline.times, cell.candidate.times];
  if (baseline.length === 0 || candidate.length === 0) return null;
  const all = new Float64Array(baseline.length + candidate.length);
  all.set(baseline);
  all.set(candidate, baseline.length);
  const sorted = all.sort();
  const firstInfinite = sorted.indexOf(Infinity);
  const finite = firstInfinite === -1 ? sorted : sorted.subarray(0, firstInfinite);
  return finite.length === 0 ? null : { baseline, candidate, typical: median(finite) };
}

function median(ascending: Float64Array): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] as number;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] as number) + upper) / 2;
}
