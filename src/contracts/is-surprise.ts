import type { Attempt } from './attempt.ts';
import type { Expectation } from './matrix.ts';

/**
 * True when an attempt did not do what was expected of its cell, in either direction. A cell without an expectation is
 * expected to pass. `infra` is never a surprise: it says nothing about the library.
 */
export function isSurprise(
  expectation: Expectation | null,
  attempt: Pick<Attempt, 'outcome' | 'phase' | 'code'>,
): boolean {
  if (attempt.outcome === 'infra') return false;
  const expected = expectation ?? { outcome: 'passed' };
  if (attempt.outcome !== expected.outcome) return true;
  if (attempt.outcome === 'passed') return false;
  const phaseDiffers = expected.phase !== undefined && expected.phase !== attempt.phase;
  const codeDiffers = expected.code !== undefined && expected.code !== attempt.code;
  return phaseDiffers || codeDiffers;
}
