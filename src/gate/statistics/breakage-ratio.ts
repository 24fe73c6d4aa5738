import type { CellCounts, Counts } from './counts.ts';

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
 * How many times likelier the counts are if the candidate is broken than if both arms are equal in every cell, whatever the
 * common rate of each. Whatever the sizes of the arms, it is at most 1 in the mean when they are equal (an e-variable), so
 * `ratio >= 1 / e` is a test with error rate e. Where attempts come in pairs it may be asked after every pair without a plan of
 * looks: it ever exceeds 1/e with a probability of at most e (Ville's inequality). In uneven arms that holds for one question only.
 *
 * Sequential probability ratio: A. Wald, Annals of Mathematical Statistics 16 (1945) 117-186. The null with an unknown common
 * rate is replaced by the mean of the two alternatives' rates, weighted by the arms' sizes in the cell: R. J. Turner, A. Ly,
 * P. D. Grünwald, Generic E-variables for exact sequential k-sample tests that allow for optional stopping, Journal of Statistical
 * Planning and Inference 230 (2024) 106116. Products over independent cells and mixtures are such ratios again. Half of the weight
 * is on "broken everywhere", half is shared by "broken in this cell", since cells that are broken in both arms hide the first.
 */
export function breakageRatio(cells: readonly CellCounts[]): number {
  if (cells.length === 1) return ratioOf(cells);
  const perCell = cells.reduce((sum, cell) => sum + ratioOf([cell]), 0) / cells.length;
  return (ratioOf(cells) + perCell) / 2;
}

/** The ratio of "broken in all of these cells". */
function ratioOf(cells: readonly CellCounts[]): number {
  return broken.reduce((sum, alternative) => {
    const logOfProduct = cells.reduce((total, cell) => total + logRatio(cell, alternative), 0);
    return sum + alternative.weight * Math.exp(logOfProduct);
  }, 0);
}

function logRatio({ baseline, candidate }: CellCounts, alternative: Alternative): number {
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
