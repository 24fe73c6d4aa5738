import type { Attempt } from './attempt.ts';
import type { Expectation } from './matrix.ts';
import type { Outcome } from './outcome.ts';

/** What of an attempt is needed to judge it. */
export type Verdictable = Pick<Attempt, 'outcome' | 'phase' | 'code'>;

/** The outcome of a cell: failed when any attempt failed, else infra when any was; null when none was made. */
export function cellOutcome(attempts: readonly Pick<Attempt, 'outcome'>[]): Outcome | null {
  for (const outcome of ['failed', 'infra', 'passed'] as const) {
    if (attempts.some((attempt) => attempt.outcome === outcome)) return outcome;
  }
  return null;
}

/**
 * True when an attempt did not do what was expected of its cell, in either direction. A cell of which nothing was said is
 * expected to pass. `infra` is never a surprise: it says nothing about the library.
 */
export function isSurprise(expectation: Expectation | null, attempt: Verdictable): boolean {
  if (attempt.outcome === 'infra') return false;
  const expected = expectation ?? { outcome: 'passed' };
  if (attempt.outcome !== expected.outcome) return true;
  if (attempt.outcome === 'passed') return false;
  const phaseDiffers = expected.phase !== undefined && expected.phase !== attempt.phase;
  const codeDiffers = expected.code !== undefined && expected.code !== attempt.code;
  return phaseDiffers || codeDiffers;
}
