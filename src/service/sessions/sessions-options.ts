import type { SessionCause } from '../../codes/codes.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Links } from '../accounts/links.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import type { Deadlines } from './deadlines.ts';
import type { SessionEnd } from './session-end.ts';
import type { OpenSessionHost } from './session-host.ts';
import type { SessionRollout } from './session-rollout.ts';
import type { SessionEvent } from './session-spec.ts';
import type { Settled } from './settle-session.ts';

export interface SessionsOptions extends SessionRollout {
  database: ServiceDatabase;
  instanceId: string;
  accounts: Accounts;
  links: Links;
  openHost: OpenSessionHost;
  /** Makes a version ready to host sessions, by installing it where it is not. */
  prepareLibrary(version: string): Promise<void>;
  deadlines: Deadlines;
  /** How many browsers may start at the same time. */
  slots: number;
  /** How many sessions this instance runs at most; as many as there are where it is left out. */
  maxSessions?: number;
  /** Profiles lie in it. */
  folder: string;
  onEvent(ids: SessionIds, event: SessionEvent): void;
  onEnd(end: EndedSession): void;
  /** The device of an account that is over was unlinked; else it is tried again `triesLeft` times. */
  onUnlinked(ids: SessionIds, done: boolean, triesLeft: number): void;
  /** Removes what is saved of a profile beyond this machine. */
  forgetProfile(ids: SessionIds): Promise<void>;
  /** Something went wrong in the service itself, for the log. */
  onTrouble(ids: SessionIds, error: unknown): void;
}

export interface EndedSession {
  ids: SessionIds;
  library: string;
  /** The WhatsApp Web build by the page's own word; null where it said none. */
  build: string | null;
  cause: SessionCause;
  /** True where no login had been accepted before. */
  linking: boolean;
  wasReady: boolean;
  end: SessionEnd;
  /** Why its account is inactive, by a logout, a deletion or another link; null where it is not. */
  overBy: string | null;
  settled: Settled;
}

export interface LinkOptions {
  phone: string | null;
  /** True to link by pairing code; needs `phone`. */
  pairing: boolean;
  libraryPin: string | null;
}
