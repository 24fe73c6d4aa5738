import { isSessionCause, retryOf, type SessionCause } from '../codes/codes.ts';
import type { StartOutcome } from '../contracts/service-states.ts';

const firstMs = 5_000;
/** With the spread, five minutes. */
const longestMs = 250_000;

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
  /** Why it failed, or how it was lost. */
  code: string | null;
  outcome: StartOutcome | null;
  ended_at: number | null;
  lost_at: number | null;
}

/** Starts that begin anew: a person, another version, or the end of a shared fault. What failed before them no longer counts. */
const anew: readonly string[] = ['restore-asked', 'rollout', 'fault-over'] satisfies SessionCause[];

/** True for a failure of the machine or the network: it is retried without end and opens no breaker. */
export function isEndless(code: string | null): boolean {
  return code !== null && isSessionCause(code) && retryOf(code).startsWith('endless');
}

/** True for a failure that is retried while a person mends something. */
export function needsAttentionAtOnce(code: SessionCause): boolean {
  return retryOf(code) === 'endless-with-attention';
}

/**
 * Whether too much speaks against starting a session again: starts that failed since it was ready last, and every time that it
 * was lost after it had been ready. What the machine or the network failed at does not count.
 *
 * @param newestFirst starts of one session.
 * @param now milliseconds since 1970.
 */
export function opensBreaker(newestFirst: readonly Start[], now: number): boolean {
  const since = now - breaker.withinMs;
  let failures = 0;
  let wasReady = false;
  for (const { cause, code, outcome, ended_at, lost_at } of newestFirst) {
    wasReady ||= outcome === 'ready';
    const failed = outcome === 'failed' && !wasReady && (ended_at ?? 0) > since;
    if ((failed || (lost_at ?? 0) > since) && !isEndless(code)) failures++;
    if (anew.includes(cause)) break;
  }
  return failures >= breaker.failures;
}

/** So many breakers that open for the same reason within this time are one fault. */
const shared = { sessions: 5, withinMs: breaker.withinMs } as const;

/** One session of a shared fault is started this often, in milliseconds, to see whether the fault is over. */
export const trialEveryMs = 60_000;

/**
 * Whether breakers that opened for the same reason have one cause outside of their sessions.
 *
 * @param openedAt milliseconds since 1970, in any sequence.
 * @param closed how many more there were, which have closed since.
 */
export function isSharedFault(openedAt: readonly number[], closed = 0): boolean {
  const sorted = openedAt.toSorted((a, b) => a - b);
  const last = Math.max(0, shared.sessions - closed - 1);
  return sorted.some((first, i) => (sorted[i + last] ?? Number.POSITIVE_INFINITY) - first <= shared.withinMs);
}
