/** Attempts of one arm and how many of them failed. */
export interface Counts {
  attempts: number;
  failures: number;
}

/** Both arms of one cell. */
export interface CellCounts {
  baseline: Counts;
  candidate: Counts;
}

export interface Interval {
  lower: number;
  upper: number;
}

/** Share of attempts that failed; `attempts` must not be 0. */
export function failureRate({ attempts, failures }: Counts): number {
  return failures / attempts;
}

/** Attempts of a cell that have a partner in the other arm, over all cells: the sample size per arm that looks are planned by. */
export function countPairs(cells: readonly CellCounts[]): number {
  return cells.reduce((sum, { baseline, candidate }) => sum + Math.min(baseline.attempts, candidate.attempts), 0);
}
