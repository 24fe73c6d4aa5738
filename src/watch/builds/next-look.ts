import type { Looks } from '../../store/live-builds.ts';

/** How often the live site is looked at. Milliseconds. */
export interface LookPace {
  every: number;
  /** After a look that failed; twice as long after each further one, up to the longest. */
  firstWait: number;
  longestWait: number;
}

/** How a look at the live site ended. Times are milliseconds since 1970. */
export type LookEnd =
  | { at: number; build: string }
  /** @param notBefore when the site may be asked again: it asks for a wait, or was asked less than an hour ago. */
  | { at: number; trouble: string; notBefore: number };

/** Fraction of `every` over which looks are spread, so that the site is not asked by all at the full hour. */
const jitterShare = 0.1;

/** What is known after a look, and when the next one is due. @param jitter from 0 to 1 */
export function afterLook(before: Looks | null, end: LookEnd, pace: LookPace, jitter: number): Looks {
  if ('build' in end) {
    const nextAt = Math.round(end.at + pace.every * (1 + jitter * jitterShare));
    return { lookedAt: end.at, answeredAt: end.at, build: end.build, failures: 0, trouble: null, nextAt };
  }
  const failures = (before?.failures ?? 0) + 1;
  const wait = Math.min(pace.firstWait * 2 ** (failures - 1), pace.longestWait);
  return {
    ...{ lookedAt: end.at, answeredAt: before?.answeredAt ?? null, build: before?.build ?? null },
    ...{ failures, trouble: end.trouble, nextAt: Math.max(end.at + wait, end.notBefore) },
  };
}
