import type { Happening } from './replayed-instance.ts';

/** How a service ends: gracefully, or killed. */
export type Restart = 'in-order' | 'killed';

/** Why a link comes to its end without `ready`: a deadline of the service is over, or the host said something. */
export type LinkEnd = Happening;

/** What came of something that the library said: `superseded` when another link has taken the number meanwhile. */
export type LinkStep = 'done' | 'duplicate' | 'superseded';

/** One pending link. The replay passes the events of the library to the service. */
export interface StudiedLink {
  account: string;
  showCode(): Promise<void>;
  authenticated(): Promise<LinkStep>;
  ready(): Promise<LinkStep>;
  end(how: LinkEnd): Promise<LinkStep>;
}

/** A service that links numbers, as people and restarts meet it. All times are those of the replay, in milliseconds. */
export interface StudiedService {
  /** The table that every change of an account's status is written into: `account_id`, `to_status`. */
  readonly historyTable: string;
  readonly accountsTable: string;
  /** Null when the database refused the new account as a duplicate. */
  link(phone: string): Promise<StudiedLink | null>;
  /** Accounts whose session runs and is ready. */
  up(): Promise<ReadonlySet<string>>;
  /** Comes down and up again. Returns the accounts whose link goes on, with a new code. */
  restart(how: Restart, at: number): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
