import type { SessionCause } from '../../codes/codes.ts';
import type { FollowedEvent, SeenMessage } from '../../contracts/host-events.ts';
import type { ProbeOutcome } from '../../contracts/service-states.ts';
import type { SessionEnd } from '../../session/session-state.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { AccountBrowsers } from '../accounts/account-browsers.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Links } from '../accounts/links.ts';
import type { ProfileVault } from '../profiles/profile-vault.ts';
import type { Sealer } from '../sealer.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import type { Deadlines } from './deadlines.ts';
import type { OpenSessionHost, SessionHosts } from './session-host.ts';
import type { SessionRollout } from './session-rollout.ts';
import type { Failed } from './session-starts.ts';

export interface SessionsOptions extends SessionRollout {
  database: ServiceDatabase;
  sealer: Sealer;
  browsers: Pick<AccountBrowsers, 'of' | 'columns'>;
  /** True when proxies of accounts may be in private networks. */
  allowPrivateProxies?: boolean;
  instanceId: string;
  /** True while this instance takes no new session. */
  isDraining(): boolean;
  accounts: Accounts;
  links: Links;
  openHost: OpenSessionHost;
  hosts?: Pick<SessionHosts, 'stop'>;
  /** Prepares a version to host sessions: installs it unless it is installed. */
  prepareLibrary(version: string): Promise<void>;
  deadlines: Deadlines;
  /** How many browsers may start at the same time. */
  slots: number;
  /** How many sessions this instance runs at most; no limit by default. */
  maxSessions?: number;
  /** The folder of the profiles. */
  folder: string;
  /** The names of the library's events that are wanted as data of an account; none by default. */
  followedEvents?(ids: SessionIds): readonly string[];
  onEvent(ids: SessionIds, event: SessionEvent): void;
  onEnd(end: EndedSession): void;
  /** The device of an inactive account was unlinked (`done`), or the try failed and `triesLeft` tries are left. */
  onUnlinked(ids: SessionIds, done: boolean, triesLeft: number): void;
  /** The store of profiles that all machines share; null when profiles stay on this machine. */
  vault: ProfileVault | null;
  /** A profile could not be saved; the previous save stays. */
  onUnsaved(ids: SessionIds, error: unknown): void;
  tracing?: Tracing;
  /** The service itself failed; for the log. */
  onTrouble(ids: SessionIds, error: unknown): void;
}

/** A new status was written, a code was shown, a message came, an event of the library was reported as data, a probe ended. */
export type SessionEvent =
  | {
      type: 'status';
      status: 'authenticated' | 'connected';
      library: string;
      /** The WhatsApp Web build that the page reported; null when it reported none. */
      build: string | null;
      tookMs: number;
      linking: boolean;
    }
  | { type: 'code' }
  | { type: 'message'; message: SeenMessage }
  | { type: 'followed'; name: string; event: FollowedEvent }
  | { type: 'probe'; outcome: ProbeOutcome; library: string };

/** What was written at the end of a session; `fenced` when the lease was lost, so nothing was. */
export type Settled =
  | { kind: 'failed'; outcome: Failed }
  /** `isLostLogin`: the account had been connected. */
  | { kind: 'dead'; isLostLogin: boolean }
  | { kind: 'closed' | 'fenced' };

export interface EndedSession {
  ids: SessionIds;
  library: string;
  /** The WhatsApp Web build that the page reported; null when it reported none. */
  build: string | null;
  cause: SessionCause;
  /** True when no login had been accepted before. */
  linking: boolean;
  wasReady: boolean;
  end: SessionEnd;
  /** Why its account is inactive: a logout, a deletion or another link; null when it is active. */
  overBy: string | null;
  settled: Settled;
}
