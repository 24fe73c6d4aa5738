import type { CellCounts } from './counts.ts';

/**
 * The likeliest failure rates of both arms among those that differ by exactly `loss`: the root of a cubic in closed form.
 * O. Miettinen, M. Nurminen, Statistics in Medicine 4 (1985) 213-226, appendix I.
 */
export function constrainedRates(
  { baseline, candidate }: CellCounts,
  loss: number,
): { baseline: number; candidate: number } {
  const total = baseline.attempts + candidate.attempts;
  const failures = baseline.failures + candidate.failures;
  const square = ((candidate.attempts + 2 * baseline.attempts) * loss - total - failures) / total;
  const linear = ((baseline.attempts * loss - total - 2 * baseline.failures) * loss + failures) / total;
  const constant = (baseline.failures * loss * (1 - loss)) / total;
  const third = square / 3;
  const q = third ** 3 - (square * linear) / 6 + constant / 2;
  const p = (q < 0 ? -1 : 1) * Math.sqrt(Math.max(0, third ** 2 - linear / 3));
  const cosine = p === 0 ? 0 : Math.min(1, Math.max(-1, q / p ** 3));
  const root = 2 * p * Math.cos((Math.PI + Math.acos(cosine)) / 3) - third;
  const rate = Math.min(Math.min(1, 1 - loss), Math.max(Math.max(0, -loss), root));
  return { baseline: rate, candidate: rate + loss };
}
