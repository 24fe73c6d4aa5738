import { type CellCounts, type Counts, sumCounts } from './counts.ts';

interface Alternative {
  /** Share of the two alternatives in the ratio. */
  weight: number;
  /** Success rates under "the candidate is broken". */
  baseline: number;
  candidate: number;
}

/** Plain breakage: nothing works, and about every second attempt works. Chosen so that both are found as soon as possible. */
const broken: readonly Alternative[] = [
  { weight: 0.7, baseline: 0.99, candidate: 0.01 },
  { weight: 0.3, baseline: 0.98, candidate: 0.45 },
];

/**
 * How many times likelier the counts are if the candidate is broken than if both arms are equal, whatever their common rate.
 * Against any equal rate it exceeds 1/e with a probability of at most e, no matter how often it is looked at (Ville's
 * inequality), so `ratio >= 1 / e` is a sequential test with error rate e that needs no plan of looks.
 *
 * Sequential probability ratio: A. Wald, Annals of Mathematical Statistics 16 (1945) 117-186. The null with an unknown common
 * rate is replaced by the mean of the two alternatives' rates, weighted by arm size: R. J. Turner, A. Ly, P. D. Grünwald,
 * Generic E-variables for exact sequential k-sample tests that allow for optional stopping, Journal of Statistical Planning
 * and Inference 230 (2024) 106116. A mixture of such ratios is one again. Several cells: half of the weight is on "broken
 * everywhere", half is shared by "broken in this cell", since cells that are broken in both arms hide the first.
 */
export function breakageRatio(cells: readonly CellCounts[]): number {
  if (cells.length === 1) return ratioOf(cells);
  const perCell = cells.reduce((sum, cell) => sum + ratioOf([cell]), 0) / cells.length;
  return (ratioOf(cells) + perCell) / 2;
}

function ratioOf(cells: readonly CellCounts[]): number {
  const baseline = sumCounts(cells.map((cell) => cell.baseline));
  const candidate = sumCounts(cells.map((cell) => cell.candidate));
  return broken.reduce((sum, each) => sum + each.weight * Math.exp(logRatio(baseline, candidate, each)), 0);
}

function logRatio(baseline: Counts, candidate: Counts, alternative: Alternative): number {
  const total = baseline.attempts + candidate.attempts;
  if (total === 0) return 0;
  const equal = (baseline.attempts * alternative.baseline + candidate.attempts * alternative.candidate) / total;
  return (
    logLikelihoodGain(baseline, alternative.baseline, equal) +
    logLikelihoodGain(candidate, alternative.candidate, equal)
  );
}

function logLikelihoodGain({ attempts, failures }: Counts, success: number, against: number): number {
  return (attempts - failures) * Math.log(success / against) + failures * Math.log((1 - success) / (1 - against));
}
