import type { Transaction } from 'kysely';
import type { Lease } from '../leases/lease.ts';
import type { AccountId } from '../session-ids.ts';
import type { ServiceTables } from '../tables.ts';

/** A session that this instance runs, as far as a rollout looks at it. */
export interface HostedAccount {
  account: AccountId;
  /** The version that was chosen for the account; null where configuration and rollout choose. */
  pin: string | null;
  library: string;
  /** `performance.now()` at the start of the session. */
  startedAt: number;
}

/** What sessions ask of the rollout. Rollouts are built on sessions, so sessions know a rollout only by this. */
export interface SessionRollout {
  /** The library version for an account. */
  chooseLibrary(account: AccountId, pin: string | null): string;
  /** True for a session that must restart on the version it has, as a member of the control group. */
  isControl(session: HostedAccount): boolean;
  /** True when the version that a session was started with under `lease` has been rolled back since. */
  wasRolledBack(tx: Transaction<ServiceTables>, lease: Lease): Promise<boolean>;
}
