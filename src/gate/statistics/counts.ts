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

/** Attempts of one arm that count for each one of the other, at most: more would tell hardly anything more. */
const mostPerAttempt = 4;

/**
 * Counts of a cell in which the larger arm weighs at most four times the smaller: it keeps its rate and loses attempts, also by
 * fractions. Intervals for very uneven arms end too early: beside 500 attempts without a failure one failure of ten would block, which
 * an equally good candidate meets far more often than the policy allows.
 */
export function evenCounts({ baseline, candidate }: CellCounts): CellCounts {
  return {
    baseline: atMost(baseline, mostPerAttempt * candidate.attempts),
    candidate: atMost(candidate, mostPerAttempt * baseline.attempts),
  };
}

function atMost(counts: Counts, attempts: number): Counts {
  return counts.attempts <= attempts ? counts : { attempts, failures: failureRate(counts) * attempts };
}

/** Share of attempts that failed; `attempts` must not be 0. */
export function failureRate({ attempts, failures }: Counts): number {
  return failures / attempts;
}

/** Attempts of a cell that have a partner in the other arm, over all cells: the sample size per arm that looks are planned by. */
export function countPairs(cells: readonly CellCounts[]): number {
  return cells.reduce((sum, { baseline, candidate }) => sum + Math.min(baseline.attempts, candidate.attempts), 0);
}
