import type { SessionFacts } from '../contracts/host.ts';

/** Looks in a row that have to be bad: one slow answer or a short reconnect is no failure. */
const hungLooks = 2;
const disconnectedLooks = 3;

/** How a ready session looked so far. */
export interface Watched {
  /** The number that the session had when it became ready, in full form. */
  readonly wid: string;
  /** Bad looks in a row. */
  readonly hung: number;
  readonly disconnected: number;
}

export function startWatching(wid: string): Watched {
  return { wid, hung: 0, disconnected: 0 };
}

/**
 * Decides, look by look, whether a ready session is still what it says it is: the page has to answer, be connected, and still be the
 * same number.
 *
 * @param facts null where the page did not answer in time.
 * @returns `trouble` null while all is well.
 */
export function look(
  before: Watched,
  facts: SessionFacts | null,
): { watched: Watched; trouble: 'page-hung' | 'disconnected' | null } {
  if (facts === null) {
    const watched = { ...before, hung: before.hung + 1 };
    return { watched, trouble: watched.hung >= hungLooks ? 'page-hung' : null };
  }
  const isWell = facts.state === 'CONNECTED' && facts.wid === before.wid;
  const watched = { ...before, hung: 0, disconnected: isWell ? 0 : before.disconnected + 1 };
  return { watched, trouble: watched.disconnected >= disconnectedLooks ? 'disconnected' : null };
}
