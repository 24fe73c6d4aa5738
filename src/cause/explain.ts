import type { Cause } from '../contracts/attempt.ts';
import { explainAwaited } from './explain-awaited.ts';
import { explainBrowser } from './explain-browser.ts';
import { explainError } from './explain-error.ts';
import { explainProbe } from './explain-probe.ts';
import { explainStorage } from './explain-storage.ts';
import { explainStub } from './explain-stub.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';

/**
 * Why an attempt failed, with the proof, from its evidence and the library's own source. Nothing is guessed: where no line
 * of the library can be shown, the cause is the plain observation, and the evidence says what was waited for.
 */
export function explain(attempt: FailedAttempt): Explanation {
  const explanation =
    explainStub(attempt) ??
    explainBrowser(attempt) ??
    explainProbe(attempt) ??
    explainError(attempt) ??
    explainStorage(attempt) ??
    explainAwaited(attempt);
  if (explanation) return explanation;
  return { cause: attempt.observed ? { message: attempt.observed, evidence: [] } : null, blame: null };
}

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
