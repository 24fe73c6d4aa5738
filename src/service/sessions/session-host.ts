import type { SessionFacts } from '../../contracts/host.ts';
import type { HostEvent, PlainValue } from '../../contracts/host-events.ts';
import type { Lease } from '../leases/lease.ts';

/** What a session needs of the process that runs its client. */
export interface SessionHost {
  sessionFacts(): Promise<SessionFacts>;
  /** Asks for a pairing code, whose answer is the event `host:code`. Rejects where the library cannot. */
  requestCode(number: string): Promise<void>;
  /** Returns the id of the message, which is not always a string. */
  sendText(to: string, body: string): Promise<PlainValue>;
  /** Unlinks the device. */
  logout(): Promise<void>;
  /** Closes the browser such that it writes its profile out. */
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
  /** Everything that the session keeps on this machine lies in this folder. */
  folder: string;
  /** Digits of a number that is linked by pairing code instead of a QR code. */
  pairWith: string | null;
  /** Milliseconds that a host started now may live until it is given more: an instance that is paused cannot end it. */
  restMs(): number;
  /** Aborted when the session is over before its host is open: nothing may be left of it. */
  signal: AbortSignal;
  /** Called for everything that happens, `host:exited` and `library:loaded` included. */
  onSeen(event: HostEvent): void;
}

/**
 * Starts a process with one library version and one client in it. Returns once `initialize()` was called; the rest comes as
 * events.
 *
 * @throws LibraryFailed when the version cannot be installed or loaded; ProfileUnavailable when its profile cannot be had.
 */
export type OpenSessionHost = (spec: SessionHostSpec) => Promise<SessionHost>;

/** The library version cannot be installed or loaded. */
export class LibraryFailed extends Error {
  override name = 'LibraryFailed';
}
