import type { Code } from '../codes/codes.ts';
import type { Phase } from '../contracts/outcome.ts';

/** What a session itself waits for; how long, says its policy. */
export type DeadlineName =
  /** A code or an accepted login, from the start on. */
  | 'start'
  /** A scan, from the first code on. */
  | 'link'
  /** The next look at a QR code that waits for a scan. */
  | 'look-at-code'
  /** `ready`, from the accepted login on. */
  | 'ready'
  /** The next question to a page that said `ready` and was not connected. */
  | 'ask-again'
  /** The next look at a ready session. */
  | 'watch'
  /** `ready` or a QR code, after an error of the library in the page. */
  | 'error-grace';

/** How long `ready` may still come after an error of the library in the page; measured, it follows within 100 ms. */
export const errorGraceMs = 500;

/** A page that says `ready` without being connected is asked again this much later. */
export const askAgainMs = 1_000;

/** Looks in a row at which the page shows no QR code: a library may be about to ask for the next ones. */
export const looksWithoutCode = 2;

interface StepDeadline {
  ms: number;
  /** The phase that it is a part of. */
  phase: Exclude<Phase, 'install'>;
  /** The time runs from the end of the first of these phases that took place, else from the beginning of the step. */
  since: readonly Phase[];
  /** What it means when the time is over. */
  code: Code;
}

/** `ready` within 5 s of the scan is the bar of the project; a restored session has no scan and is timed from the page. */
const sinceLink: readonly Phase[] = ['scan', 'page'];

/** What a flow waits for. Options of the library are never used, since a default can be what is broken. */
export const flowSteps = {
  launch: { ms: 30_000, phase: 'launch', since: [], code: 'browser-launch-failed' },
  page: { ms: 15_000, phase: 'page', since: [], code: 'page-load-failed' },
  qr: { ms: 15_000, phase: 'qr', since: [], code: 'no-qr' },
  code: { ms: 15_000, phase: 'code', since: [], code: 'no-code' },
  scan: { ms: 5_000, phase: 'scan', since: [], code: 'harness-error' },
  // Six QR codes take 160 s.
  'scan-in-hand': { ms: 170_000, phase: 'scan', since: [], code: 'not-scanned' },
  authenticated: { ms: 5_000, phase: 'authenticated', since: sinceLink, code: 'no-authenticated' },
  ready: { ms: 5_000, phase: 'ready', since: sinceLink, code: 'no-ready' },
  probe: { ms: 10_000, phase: 'probe', since: [], code: 'probe-state' },
  message: { ms: 5_000, phase: 'message', since: [], code: 'message-lost' },
  sent: { ms: 5_000, phase: 'message', since: [], code: 'send-failed' },
  ack: { ms: 5_000, phase: 'message', since: [], code: 'no-ack' },
  call: { ms: 10_000, phase: 'call', since: [], code: 'call-failed' },
  event: { ms: 5_000, phase: 'call', since: [], code: 'no-event' },
  effect: { ms: 5_000, phase: 'call', since: [], code: 'no-effect' },
  disconnected: { ms: 10_000, phase: 'disconnected', since: [], code: 'no-disconnected' },
  saved: { ms: 10_000, phase: 'saved', since: [], code: 'not-saved' },
  close: { ms: 10_000, phase: 'close', since: [], code: 'close-failed' },
} as const satisfies Record<string, StepDeadline>;
export type FlowStep = keyof typeof flowSteps;

/** How far a launch came. */
export interface LaunchProgress {
  /** The library is in memory. */
  isLoaded: boolean;
  /** The host has started a process. */
  hasBrowser: boolean;
}

/** What it means that `what` did not come in time. */
export function codeOfLate(what: FlowStep, { isLoaded, hasBrowser }: LaunchProgress): Code {
  if (what !== 'launch') return flowSteps[what].code;
  if (!isLoaded) return 'library-load-failed';
  return hasBrowser ? flowSteps.launch.code : 'initialize-failed';
}
