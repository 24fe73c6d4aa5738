import type { SessionCause } from '../codes/codes.ts';
import type { StartOutcome } from '../contracts/service-states.ts';

const firstMs = 5_000;
const longestMs = 300_000;

/** The circuit breaker opens at this many failures within this time. */
const breaker = { failures: 3, withinMs: 600_000 } as const;

/**
 * How long a session waits after its n-th failure in a row, in milliseconds: doubled each time, up to five minutes, and
 * spread by a fifth so that sessions that failed together do not come back together.
 *
 * @param chance in [0, 1).
 */
export function backoffMs(failures: number, chance: number): number {
  const plain = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(plain * (0.8 + 0.4 * chance));
}

/** A start of a session; times are milliseconds since 1970. */
interface Start {
  cause: string;
  outcome: StartOutcome | null;
  ended_at: number | null;
  lost_at: number | null;
}

/** Starts that begin anew: a person, or another version. What failed before them no longer counts. */
const anew: readonly string[] = ['restore-asked', 'rollout'] satisfies SessionCause[];

/**
 * Whether too much speaks against starting a session again: starts that failed since it was ready last, and every time that it
 * was lost after it had been ready.
 *
 * @param newestFirst starts of one session.
 * @param now milliseconds since 1970.
 */
export function opensBreaker(newestFirst: readonly Start[], now: number): boolean {
  const since = now - breaker.withinMs;
  let failures = 0;
  let wasReady = false;
  for (const { cause, outcome, ended_at, lost_at } of newestFirst) {
    wasReady ||= outcome === 'ready';
    const failed = outcome === 'failed' && !wasReady && (ended_at ?? 0) > since;
    if (failed || (lost_at ?? 0) > since) failures++;
    if (anew.includes(cause)) break;
  }
  return failures >= breaker.failures;
}
