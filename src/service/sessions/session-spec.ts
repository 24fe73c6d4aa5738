import type { SessionCause } from '../../codes/codes.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { LinkCodes } from '../accounts/link-codes.ts';
import type { Links } from '../accounts/links.ts';
import type { Lease } from '../leases/lease.ts';
import type { SessionIds } from '../session-ids.ts';
import type { CanaryProbes } from './canary-probes.ts';
import type { Deadlines } from './deadlines.ts';
import type { OpenSessionHost } from './session-host.ts';
import type { SessionStarts } from './session-starts.ts';

/** What all sessions of an instance share. */
export interface SessionSurroundings {
  accounts: Accounts;
  links: Links;
  linkCodes: LinkCodes;
  starts: SessionStarts;
  probes: CanaryProbes;
  openHost: OpenSessionHost;
  deadlines: Deadlines;
  /** True when the account of a session is inactive: nobody will ever start it again. False where the database does not say. */
  isOver(lease: Lease): Promise<boolean>;
  /** A new status was written, a code was shown, a message came. */
  onEvent(ids: SessionIds, event: SessionEvent): void;
  /** Something went wrong in the service itself, for the log. */
  onTrouble(ids: SessionIds, error: unknown): void;
  /** Sessions that lost their number to this one: they may run in this instance. */
  onSuperseded(sessions: SessionIds[]): void;
}

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
  | { type: 'message'; message: unknown }
  | { type: 'probe'; outcome: ProbeOutcome; library: string };

/** What became of a text from one canary account to another: no ticks in time say nothing about the receiver. */
export type ProbeOutcome = 'heard' | 'deaf' | 'undelivered';

export interface SessionSpec {
  lease: Lease;
  cause: SessionCause;
  library: string;
  /** True where no login was ever accepted for the account. */
  linking: boolean;
  pairWith: string | null;
  folder: string;
  /** Milliseconds that are certainly left of the lease. */
  restMs(): number;
  /** Called once when the browser has started, well or not: another one may start now. */
  onLaunched(): void;
}
