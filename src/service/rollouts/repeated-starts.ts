import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';

/**
 * Tells which starts of sessions say nothing new. The gate's error rates assume independent attempts, and the starts of one session are
 * not: a broken one fails as often as it is tried, a healthy one passes as often as its instance is restarted. So of starts in a row
 * with one outcome, of one session with one version in one flow, the first counts; the next one that ends otherwise counts again.
 * A spoiled start, which says nothing of the version, neither ends such a row nor counts twice in it.
 */
export class RepeatedStarts {
  readonly #agedBefore: number;
  /** What was said since a session passed or failed otherwise than before. */
  readonly #said = new Map<string, Set<JudgedAttempt['outcome']>>();

  /** @param agedBefore what began earlier (milliseconds since 1970) is too old to count, so that what is said later is no repetition of it. */
  constructor(agedBefore: number) {
    this.#agedBefore = agedBefore;
  }

  /** To be asked about every start of a session in the order in which they began. */
  repeats(session: string, { cell, startedAt, outcome }: JudgedAttempt): boolean {
    const isAged = Date.parse(startedAt) < this.#agedBefore;
    const key = [session, cell.library, cell.flow, isAged].join(' ');
    const said = this.#said.get(key) ?? new Set();
    if (said.has(outcome)) return true;
    this.#said.set(key, outcome === 'infra' ? said.add(outcome) : new Set([outcome]));
    return false;
  }
}
