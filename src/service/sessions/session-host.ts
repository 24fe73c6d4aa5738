import type { SeenEvent, SessionFacts } from '../../contracts/host.ts';
import type { Lease } from '../leases/lease.ts';

/** What a session needs of the process that runs its client. */
export interface SessionHost {
  sessionFacts(): Promise<SessionFacts>;
  /** Returns the id of the message as the library gives it. */
  sendText(to: string, body: string): Promise<unknown>;
  /** Unlinks the device. */
  logout(): Promise<void>;
  /** Closes the browser such that it writes its profile out. */
  destroy(): Promise<void>;
  /** The host ends itself in `ms` milliseconds unless this is called again. */
  liveFor(ms: number): void;
  /** Ends the process and its browser at once. Never rejects. */
  kill(): Promise<void>;
}

/** Which library a host really has, whatever it was asked for. */
export interface LoadedVersions {
  /** Version of the package on disk. */
  installed: string;
  /** Version of the package that the code in memory came from; null where that cannot be told. */
  loaded: string | null;
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
  /** Called for everything that happens, `host:exited` and `library:loaded` (detail: `LoadedVersions`) included. */
  onSeen(event: SeenEvent): void;
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
