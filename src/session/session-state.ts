import type { Code, SessionCause } from '../codes/codes.ts';
import type { SessionFacts } from '../contracts/host.ts';
import type { HostEvent, LoadedVersions, PlainError, SeenMessage } from '../contracts/host-events.ts';
import type { Phase } from '../contracts/outcome.ts';
import type { SessionStep } from '../contracts/service-states.ts';
import type { DeadlineName } from './deadlines.ts';
import type { Watched } from './watchdog.ts';

/** Where the drivers of a session differ: in what they do with it, never in what an event means. */
export interface SessionPolicy {
  /** From when on a QR code means that a login is lost. */
  isLinkedFrom: 'authenticated' | 'ready';
  /** An accepted login counts once it is written down, `ready` once the page is connected under a number that could be claimed. */
  confirms: boolean;
  /** What may happen only once is counted. */
  countsRepeats: boolean;
  /** In milliseconds; what is left out is not waited for. */
  deadlines: Readonly<Partial<Record<DeadlineName, number>>>;
}

/** What a page is asked for. */
export type PageQuestion = 'late-start' | 'late-ready' | 'ready' | 'code' | 'link' | 'watch';

export type SessionEnd =
  | Broken
  /** Closed gracefully, to be started again here or elsewhere. */
  | { readonly kind: 'closed'; readonly cause: SessionCause }
  /** The lease is gone, and with it the right to do or write anything. */
  | { readonly kind: 'lost' };

/** Something broke. */
export interface Broken {
  /** `failed`: the service starts it again, with backoff. `dead`: the account has to be linked again. */
  readonly kind: 'failed' | 'dead';
  /** What an attempt ends with; null where only the service looks for it. */
  readonly code: Code | null;
  /** What the service writes down. */
  readonly cause: SessionCause;
  /** For the record of an attempt. */
  readonly message: string;
  /** What library, browser or process said; null where they said nothing. */
  readonly said: string | null;
  /** The page gave up a login before the library reported it as accepted: the phone may have removed the device. */
  readonly isRefused: boolean;
  /** A code was shown that the phone may have scanned, so it may list the device of a link that came to nothing. */
  readonly mayBeScanned: boolean;
}

/** What the driver of a session tells the machine beside the events of the host. */
export type DriverEvent =
  /** A client is started. `isLinked`: its login was accepted before. */
  | { type: 'session:start'; isLinked: boolean; pairWith: string | null }
  /** The host could not be opened. */
  | {
      type: 'session:unopened';
      code: 'library-load-failed' | 'profile-unavailable' | 'proxy-refused' | 'host-died';
      message: string;
    }
  | { type: 'session:deadline'; of: DeadlineName }
  /** The page's answer; null where it gave none in time. */
  | { type: 'session:facts'; about: PageQuestion; facts: SessionFacts | null }
  | { type: 'session:login-written' }
  /** The number of the page belongs to this session now. */
  | { type: 'session:number-claimed'; wid: string }
  | { type: 'session:code-refused'; message: string }
  /** A browser is up and answers, and the library does not notice. */
  | { type: 'session:no-handshake'; message: string }
  /** A text that the phone has was not reported in time; it may still be in line. */
  | { type: 'session:missed-probe'; probe: string }
  /** A probe that still waited was given up. */
  | { type: 'session:deaf' }
  | { type: 'session:stop'; cause: SessionCause }
  | { type: 'session:lease-lost' }
  | { type: 'session:failed'; message: string }
  /** The flow waits for something of this phase; null when it no longer does. */
  | { type: 'flow:waits'; phase: Phase | null }
  /** The flow wants a pairing code for this number. */
  | { type: 'flow:wants-code'; number: string }
  /** The phone or the user is about to end the link. */
  | { type: 'flow:unlinks' }
  | { type: 'flow:expects-disconnect' }
  /** After an unlink: the next code belongs to another link. */
  | { type: 'flow:links-anew' }
  /** From now on the end of browser and host is wanted. */
  | { type: 'flow:leaves' };

export type SessionInput = HostEvent | DriverEvent;

/** What the driver has to do. */
export type Effect =
  | { do: 'wait'; for: DeadlineName; ms: number }
  | { do: 'stop-waiting'; for: DeadlineName }
  | { do: 'ask-page'; about: PageQuestion }
  | { do: 'request-code'; number: string }
  | { do: 'show-code'; kind: 'qr' | 'pairing'; code: string }
  | { do: 'write-login' }
  | { do: 'claim-number'; wid: string; phone: string }
  | { do: 'keep-versions'; versions: LoadedVersions }
  | { do: 'keep-build'; build: string | null }
  | { do: 'hear'; message: SeenMessage }
  | { do: 'acknowledge'; message: SeenMessage }
  | { do: 'end-probe'; probe: string }
  /** The browser has started, with or without success. */
  | { do: 'free-slot' }
  | { do: 'announce'; what: 'code' | 'authenticated' | 'connected' | 'deaf' };

/** How a link that was to be ended came to its end. */
export interface Parting {
  /** What the library said; null when it showed a QR code instead. */
  readonly reason: string | null;
  /** What the library did after it had said so. */
  readonly followedBy: 'code' | 'closed' | null;
}

export interface SessionState {
  readonly policy: SessionPolicy;
  readonly end: SessionEnd | null;
  /** False before a start and from the moment on which the end is wanted: then no end is a finding. */
  readonly isUp: boolean;
  readonly step: SessionStep;
  /** A login was accepted, now or before, and has not been ended since. */
  readonly isLinked: boolean;
  /** Deadlines that have not passed. */
  readonly waits: readonly DeadlineName[];
  /** Questions that are not answered. */
  readonly asks: readonly PageQuestion[];
  /** What is being written down; the next step follows. */
  readonly writes: 'login' | 'number' | null;
  /** What the library said since the start or since the link was ended. */
  readonly saidAuthenticated: boolean;
  readonly saidReady: boolean;
  readonly isLoaded: boolean;
  readonly isLaunched: boolean;
  readonly isPageLoaded: boolean;
  /** The page of a linked device left by itself before the login was accepted. */
  readonly isRefused: boolean;
  /** The page says that it waits for a scan, as a link ends without one. */
  readonly isUnscanned: boolean;
  readonly isBrowserGone: boolean;
  readonly isSaved: boolean;
  /** The QR text and the pairing code that the library gave out last. */
  readonly qr: string | null;
  readonly code: string | null;
  /** Digits of a number to link by pairing code; null once the code was requested. */
  readonly pairWith: string | null;
  readonly isPairing: boolean;
  readonly phase: Phase | null;
  /** The flow has done, or waits for, what ends the link. */
  readonly mayDisconnect: boolean;
  readonly isUnlinked: boolean;
  readonly parting: Parting | null;
  /** The error that the process of the host ends by; its exit code alone says nothing. */
  readonly crash: PlainError | null;
  /** An error in the page, and what it keeps from coming; `isOver`: it did not come. */
  readonly grace: { readonly code: Code; readonly message: string; readonly isOver: boolean } | null;
  readonly looksWithoutCode: number;
  readonly watched: Watched | null;
  readonly readys: number;
  readonly mostReadys: number;
  readonly heard: ReadonlySet<string>;
  readonly repeats: number;
  /** Node's words for listeners that were added again and again; null when it warned of none. */
  readonly listenerLeak: string | null;
}

export interface SessionTransition {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
  /** Final: after it no input changes the state. */
  readonly end: SessionEnd | null;
}

export function newSession(policy: SessionPolicy, isLinked = false): SessionState {
  return {
    policy,
    end: null,
    isUp: false,
    isLinked,
    phase: null,
    pairWith: null,
    isPairing: false,
    isLoaded: false,
    mostReadys: 0,
    heard: new Set(),
    repeats: 0,
    listenerLeak: null,
    ...fresh,
  };
}

/** What another link on the same page begins with. */
export const unlinked = {
  ...{ step: 'scanning', mayDisconnect: false, isUnlinked: false, parting: null, readys: 0 },
  ...{ saidAuthenticated: false, saidReady: false },
} as const satisfies Partial<SessionState>;

/** What a start begins with. */
export const fresh = {
  step: 'starting',
  waits: [],
  asks: [],
  writes: null,
  saidAuthenticated: false,
  saidReady: false,
  isLaunched: false,
  isPageLoaded: false,
  isRefused: false,
  isUnscanned: false,
  isBrowserGone: false,
  isSaved: false,
  qr: null,
  code: null,
  mayDisconnect: false,
  isUnlinked: false,
  parting: null,
  crash: null,
  grace: null,
  looksWithoutCode: 0,
  watched: null,
  readys: 0,
} as const satisfies Partial<SessionState>;
