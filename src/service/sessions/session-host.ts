import type { SessionFacts, SingleAnswer, SingleCall } from '../../contracts/host.ts';
import type { HostEvent, PlainValue } from '../../contracts/host-events.ts';
import type { HostOrigin } from '../../contracts/service-states.ts';
import type { Lease } from '../leases/lease.ts';

/** The library in a host, for calls of its public methods. */
export interface HostedLibrary {
  /** The folder of its package. */
  packageDir: string;
  /** Rejects when the host ends meanwhile. */
  call(call: SingleCall): Promise<SingleAnswer>;
}

/** What a session needs of the process that runs its client. */
export interface SessionHost {
  sessionFacts(): Promise<SessionFacts>;
  /** Requests a pairing code, which arrives as the event `host:code`. Rejects when the library cannot. */
  requestCode(number: string): Promise<void>;
  /** Returns the id of the message, which is not always a string. */
  sendText(to: string, body: string): Promise<PlainValue>;
  /** Missing for a host without a library. */
  readonly library?: HostedLibrary;
  /** From now on events of the library with these names are reported as data, and no others. Missing for a host without events. */
  follow?(names: readonly string[]): void;
  /** Unlinks the device. */
  logout(): Promise<void>;
  /** Closes the browser gracefully, so it writes its profile to disk. */
  destroy(): Promise<void>;
  /** The host ends itself in `ms` milliseconds unless this is called again. */
  liveFor(ms: number): void;
  /** Ends the process and its browser at once. Never rejects. */
  kill(): Promise<void>;
}

export interface SessionHostSpec {
  lease: Lease;
  /** Exact version. */
  library: string;
  /** Everything that the session keeps on this machine is in this folder. */
  folder: string;
  /** Digits of a number that is linked by pairing code instead of a QR code. */
  pairWith: string | null;
  /** Further arguments of the browser; none by default. */
  browserArgs?: readonly string[];
  /** Milliseconds that a host started now may live until it is given more: a paused instance cannot end it. */
  restMs(): number;
  /** Aborted when the session ends before its host is open: the host must then end without a trace. */
  signal: AbortSignal;
  /** Receives every event, including `host:exited` and `library:loaded`. */
  onSeen(event: HostEvent): void;
}

/**
 * Starts a process with one library version and one client. Returns after the call of `initialize()`; the rest comes as events.
 *
 * @throws LibraryFailed when the version cannot be installed or loaded; ProfileUnavailable when its profile cannot be fetched.
 */
export type OpenSessionHost = (spec: SessionHostSpec) => Promise<SessionHost>;

/** What an instance counts of its hosts. */
export interface HostObserver {
  claimed(library: string, from: HostOrigin): void;
  /** A host process ended by itself, with all of its sessions. */
  died(library: string, sessions: number): void;
}

/** Hosts that may be there before their sessions. */
export interface SessionHosts {
  /** How many hosts wait for a session, by library version. */
  readonly waiting: ReadonlyMap<string, number>;
  watch(observer: HostObserver): void;
  /** Ends the hosts that wait; none waits from now on. */
  stop(): void;
}

/** The library version cannot be installed or loaded. */
export class LibraryFailed extends Error {
  override name = 'LibraryFailed';
}
