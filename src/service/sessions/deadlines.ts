import { askAgainMs } from '../../session/deadlines.ts';
import type { SessionPolicy } from '../../session/session-state.ts';

/** How long each step of a session may take, in milliseconds. */
export interface Deadlines {
  /** From the start of the host until a code or an accepted login. */
  startMs: number;
  /** From the first code until it is scanned. */
  linkMs: number;
  /** Between two looks at a QR code that waits to be scanned. */
  lookAtCodeMs: number;
  /** How long a page may still show its code after the scan: one round trip to its server, here a slow one. */
  scannedMs: number;
  /** From the accepted login until ready. */
  readyMs: number;
  /** Between two looks at a ready session. */
  watchEveryMs: number;
  /** Until a page counts as not answering. */
  answerMs: number;
  /** Between two probes of a canary account that stays connected. */
  probeEveryMs: number;
  /** From the delivery of a probe to the phone until the session has to have reported it. */
  hearMs: number;
  /** Until another instance takes a text that it has to send. */
  handMs: number;
  /** For sending a text; after that it is unknown whether it was sent. */
  sendMs: number;
  /** For a graceful close; after that the processes are ended. */
  closeMs: number;
}

export const defaultDeadlines: Deadlines = {
  startMs: 90_000,
  linkMs: 300_000,
  lookAtCodeMs: 10_000,
  scannedMs: 5_000,
  readyMs: 120_000,
  watchEveryMs: 30_000,
  answerMs: 10_000,
  probeEveryMs: 300_000,
  hearMs: 60_000,
  handMs: 20_000,
  sendMs: 30_000,
  closeMs: 12_000,
};

/** The policy of the service: every step is written to the database, and the page must confirm `ready`. */
export function servicePolicy(deadlines: Deadlines): SessionPolicy {
  const { startMs: start, linkMs: link, lookAtCodeMs, readyMs: ready, watchEveryMs: watch } = deadlines;
  const named = { start, link, 'look-at-code': lookAtCodeMs, ready, 'ask-again': askAgainMs, watch };
  return { isLinkedFrom: 'authenticated', confirms: true, countsRepeats: false, deadlines: named };
}
