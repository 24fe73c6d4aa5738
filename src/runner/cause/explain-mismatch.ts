import type { Cause } from '../../contracts/attempt.ts';
import { explain, type FailedAttempt } from './explain.ts';

/**
 * The cause of an attempt in which another copy ran than the one that was asked for: the mismatch first, then what the error
 * says once it is read in the copy that threw it.
 * @param mismatch the sentence of `checkProvenance`
 */
export function explainMismatch(mismatch: string, attempt: FailedAttempt): Cause {
  const { cause } = explain({ ...attempt, code: 'provenance-mismatch' });
  if (!cause) return { message: mismatch, evidence: [] };
  const { message, evidence, ...where } = cause;
  return { ...where, message: mismatch, evidence: [`What the copy that ran says: ${message}.`, ...evidence] };
}
