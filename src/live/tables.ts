import type { Generated } from 'kysely';
import type { Database } from '../store/database/database.ts';
import type { PoolEventKind } from './limits.ts';

/** `active`, `paused` by a person, or `retired`: WhatsApp ended its link or banned it, or its login is gone. */
export type LiveAccountState = 'active' | 'paused' | 'retired';

export interface LiveAccountRow {
  name: string;
  state: LiveAccountState;
  state_cause: string | null;
  /** Sealed. */
  number: string;
  number_key: string;
  library: string;
  browser_major: number;
  /** Null where the profile was last saved by a release that did not know it. */
  browser_product: string | null;
  linked_at: number;
  phone_seen_at: number;
  lease_owner: string | null;
  lease_token: Generated<number>;
  lease_expires_at: Generated<number>;
  blob_name: string;
  sha256: string;
  bytes: number;
  saved_at: number;
}

export interface LiveEventRow {
  id: Generated<number>;
  account: string;
  number_key: string | null;
  kind: PoolEventKind;
  at: number;
  until: number | null;
}

/** The tables of the pool of live accounts, for Kysely. Times are milliseconds since 1970 by the database's clock. */
export interface LiveTables {
  live_accounts: LiveAccountRow;
  live_events: LiveEventRow;
  live_pool: {
    id: number;
    stopped_because: string | null;
    /** Sealed. */
    number_secret: string | null;
  };
}

export type LiveDatabase = Database<LiveTables>;
