import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';

/**
 * Finds starts of sessions, and calls in them, that repeat an earlier result. The gate's error rates assume independent attempts, and those of
 * one session are not: a broken one fails on every retry, a healthy one passes on every restart of its instance. So of consecutive ones with
 * the same outcome, of one session with one version in one flow, only the first counts; the next different outcome counts again. A spoiled
 * one, which says nothing about the version, does not end such a series and counts once in it.
 */
export class RepeatedStarts {
  readonly #agedBefore: number;
  /** By session, version and flow: the outcomes since the last change between passed and failed. */
  readonly #said = new Map<string, Set<JudgedAttempt['outcome']>>();

  /** @param agedBefore starts before it (milliseconds since 1970) are too old to count, so later ones do not repeat them. */
  constructor(agedBefore: number) {
    this.#agedBefore = agedBefore;
  }

  /** Call it for every start or call of a session, oldest first. */
  repeats(session: string, { cell, startedAt, outcome }: JudgedAttempt): boolean {
    const isAged = Date.parse(startedAt) < this.#agedBefore;
    const key = [session, cell.library, cell.flow, isAged].join(' ');
    const said = this.#said.get(key) ?? new Set();
    if (said.has(outcome)) return true;
    this.#said.set(key, outcome === 'infra' ? said.add(outcome) : new Set([outcome]));
    return false;
  }
}
