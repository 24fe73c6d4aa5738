import { upperTail } from './normal.ts';

/**
 * One-sided Mann-Whitney test of "the candidate takes longer", by the normal approximation with correction for ties and for
 * continuity. H. B. Mann, D. R. Whitney, Annals of Mathematical Statistics 18 (1947) 50-60; ties: E. L. Lehmann,
 * Nonparametrics (1975) section 1.4. An attempt that never got there has the time Infinity, the slowest rank, and is never dropped.
 *
 * Both arrays ascending and not empty.
 * @returns `statistic`: pairs in which the candidate took longer, ties counting half; `pValue`.
 */
export function mannWhitney(baseline: Float64Array, candidate: Float64Array): { statistic: number; pValue: number } {
  const [m, n] = [baseline.length, candidate.length];
  const total = m + n;
  let statistic = 0;
  let tieTerm = 0;
  let [i, j] = [0, 0];
  while (i < m || j < n) {
    const value = Math.min(i < m ? (baseline[i] as number) : Infinity, j < n ? (candidate[j] as number) : Infinity);
    const before = i;
    while (i < m && baseline[i] === value) i++;
    const baselineTies = i - before;
    const start = j;
    while (j < n && candidate[j] === value) j++;
    const candidateTies = j - start;
    statistic += candidateTies * (before + baselineTies / 2);
    const ties = baselineTies + candidateTies;
    tieTerm += ties * ties * ties - ties;
  }
  const variance = ((m * n) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (variance <= 0) return { statistic, pValue: 1 };
  return { statistic, pValue: upperTail((statistic - (m * n) / 2 - 0.5) / Math.sqrt(variance)) };
}
