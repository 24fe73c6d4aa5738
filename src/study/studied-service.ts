import type { Happening } from './replayed-instance.ts';

/** How a service ends: gracefully, or killed. */
export type Restart = 'in-order' | 'killed';

/** Why a link ends without `ready`: a deadline of the service, or an event of the host. */
export type LinkEnd = Happening;

/** The effect of an event of the library: `superseded` when another link has taken the number. */
export type LinkStep = 'done' | 'duplicate' | 'superseded';

/** One pending link. The replay passes the events of the library to the service. */
export interface StudiedLink {
  account: string;
  showCode(): Promise<void>;
  authenticated(): Promise<LinkStep>;
  ready(): Promise<LinkStep>;
  end(how: LinkEnd): Promise<LinkStep>;
}

/**
 * A service that links numbers, with the operations of people and restarts. All times are those of the replay, in milliseconds.
 */
export interface StudiedService {
  /** The table with every change of an account's status: `account_id`, `to_status`. */
  readonly historyTable: string;
  readonly accountsTable: string;
  /** Returns null when the database refuses the account as a duplicate. */
  link(phone: string): Promise<StudiedLink | null>;
  /** Accounts whose session runs and is ready. */
  up(): Promise<ReadonlySet<string>>;
  /** Restarts. Returns the accounts whose link continues with another code. */
  restart(how: Restart, at: number): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
