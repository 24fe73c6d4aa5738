import type { SessionCause } from '../../codes/codes.ts';
import type { SessionStartRow } from '../tables.ts';

/** Starts that begin anew: a person, or another version. What failed before them says nothing any more. */
const anew: readonly string[] = ['restore-asked', 'rollout'] satisfies SessionCause[];

/**
 * How many failures speak against starting a session again: starts that failed since it was ready last, and every time that it
 * was lost after it had been ready.
 *
 * @param newestFirst starts of one session.
 * @param since what happened before (milliseconds since 1970) is forgotten.
 */
export function countFailures(
  newestFirst: readonly Pick<SessionStartRow, 'cause' | 'outcome' | 'ended_at' | 'lost_at'>[],
  since: number,
): number {
  let count = 0;
  let wasReady = false;
  for (const { cause, outcome, ended_at, lost_at } of newestFirst) {
    wasReady ||= outcome === 'ready';
    const failed = outcome === 'failed' && !wasReady && (ended_at ?? 0) > since;
    if (failed || (lost_at ?? 0) > since) count++;
    if (anew.includes(cause)) break;
  }
  return count;
}
