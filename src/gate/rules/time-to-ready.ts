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
 * J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 33 (1962) 482-497); with one cell that changes nothing.
 * Cells in which nobody became ready, or only one arm was tried, have no speed to compare.
 *
 * @returns null when no cell can be compared.
 */
export function timeToReady(cells: readonly CellTimes[], allowedRatio: number, level: number): TimeToReady | null {
  const both = { baseline: [] as number[], candidate: [] as number[] };
  const raw = { baseline: [] as number[], candidate: [] as number[] };
  for (const { baseline, candidate } of cells) {
    if (baseline.times.length === 0 || candidate.times.length === 0) continue;
    const finite = sorted([...baseline.times, ...candidate.times].filter(Number.isFinite));
    if (finite.length === 0) continue;
    const typical = median(finite);
    for (const arm of ['baseline', 'candidate'] as const) {
      const { times } = { baseline, candidate }[arm];
      for (const time of times) {
        both[arm].push(time / typical);
        raw[arm].push(time);
      }
    }
  }
  if (both.baseline.length === 0) return null;
  const [baseline, candidate] = [sorted(both.baseline), sorted(both.candidate)];
  const { pValue } = mannWhitney(baseline, candidate);
  const ratio = hodgesLehmannRatio(baseline, candidate, upperQuantile(level));
  return {
    medianMs: { baseline: median(sorted(raw.baseline)), candidate: median(sorted(raw.candidate)) },
    ratio,
    pValue,
    isSlower: pValue <= level && ratio.lower > allowedRatio,
    looksSlower: ratio.estimate > allowedRatio,
  };
}

/** Float64Array sorts numbers by value and five times faster than an array does. */
function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function median(ascending: Float64Array): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] as number;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] as number) + upper) / 2;
}
