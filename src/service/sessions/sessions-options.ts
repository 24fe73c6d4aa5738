import type { SessionCause } from '../../codes/codes.ts';
import type { SeenMessage } from '../../contracts/host-events.ts';
import type { ProbeOutcome } from '../../contracts/service-states.ts';
import type { SessionEnd } from '../../session/session-state.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Links } from '../accounts/links.ts';
import type { ProfileVault } from '../profiles/profile-vault.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import type { Deadlines } from './deadlines.ts';
import type { OpenSessionHost } from './session-host.ts';
import type { SessionRollout } from './session-rollout.ts';
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
  /** Where profiles are saved for other machines; null where they stay on this one. */
  vault: ProfileVault | null;
  /** A profile could not be saved; the one saved before stays. */
  onUnsaved(ids: SessionIds, error: unknown): void;
  /** Something went wrong in the service itself, for the log. */
  onTrouble(ids: SessionIds, error: unknown): void;
}

/** A new status was written, a code was shown, a message came, a probe ended. */
export type SessionEvent =
  | {
      type: 'status';
      status: 'authenticated' | 'connected';
      library: string;
      /** The WhatsApp Web build by the page's own word; null where it said none. */
      build: string | null;
      tookMs: number;
      linking: boolean;
    }
  | { type: 'code' }
  | { type: 'message'; message: SeenMessage }
  | { type: 'probe'; outcome: ProbeOutcome; library: string };

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
