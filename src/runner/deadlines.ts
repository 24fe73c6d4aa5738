import type { Code } from '../codes/codes.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Phase } from '../contracts/outcome.ts';

interface Deadline {
  ms: number;
  /** The time runs from the end of the first of these phases that took place, else from the end of the phase before. */
  since: readonly Phase[];
  /** What it means when the time is over. */
  code: Code;
}

/** `ready` within 5 s of the scan is the bar of the project; a restored session has no scan and is timed from the page. */
const sinceLink: readonly Phase[] = ['scan', 'page'];

/** The harness's own deadlines; options of the library are never used, since a default can be what is broken. */
export const deadlines: Record<Exclude<Phase, 'install'>, Deadline> = {
  launch: { ms: 30_000, since: [], code: 'browser-launch-failed' },
  page: { ms: 15_000, since: [], code: 'page-load-failed' },
  qr: { ms: 15_000, since: [], code: 'no-qr' },
  code: { ms: 15_000, since: [], code: 'no-code' },
  scan: { ms: 5_000, since: [], code: 'harness-error' },
  authenticated: { ms: 5_000, since: sinceLink, code: 'no-authenticated' },
  ready: { ms: 5_000, since: sinceLink, code: 'no-ready' },
  probe: { ms: 10_000, since: [], code: 'probe-state' },
  message: { ms: 5_000, since: [], code: 'message-lost' },
  disconnected: { ms: 10_000, since: [], code: 'no-disconnected' },
  close: { ms: 10_000, since: [], code: 'close-failed' },
};

/** A flow that neither fails nor ends is ended after this time, unless it says that it takes longer. */
export const flowDeadlineSeconds = 120;
/** How long `ready` may still come after an error of the library in the page; measured, it follows within 100 ms. */
export const errorGraceMs = 500;
/** How long the library may take to a browser that is up and answers others; measured, it needs 50 ms. */
export const handshakeMs = 3_000;
/** After `disconnected` the library either goes on or closes its browser; measured, within 1 s. */
export const aftermathMs = 2_500;
/** For one question to a page that answers. */
export const answerDeadlineMs = 3_000;

/**
 * Factor on every deadline for machines on which a browser needs much longer than elsewhere; the bar itself moves with it.
 *
 * @throws InputError when WWEBJS_CANARY_DEADLINE_FACTOR is not a number from 1 to 20.
 */
export function deadlineFactor(text = process.env.WWEBJS_CANARY_DEADLINE_FACTOR): number {
  const factor = Number(text ?? 1);
  if (factor >= 1 && factor <= 20) return factor;
  throw new InputError(`WWEBJS_CANARY_DEADLINE_FACTOR is "${text}"; it has to be a number from 1 to 20`);
}
