import type { SessionCause } from '../../codes/codes.ts';
import { claimDue } from '../claims/claim-due.ts';
import { type SessionId, type SessionIds, sessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import { type Lease, leaseMs } from './lease.ts';
import { disconnect, endStart, freshStart, giveBack, holdLease } from './lease-writes.ts';
import { type ClaimedSession, takeSession } from './take-session.ts';

/** Sessions in one statement: far below every limit on parameters, and locks stay short. */
const batch = 500;

/** Which instance runs which session: claims, renewals and releases in the table `sessions`, by the clock of the database. */
export class Leases {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;

  constructor(database: ServiceDatabase, instanceId: string) {
    this.#database = database;
    this.#instanceId = instanceId;
  }

  /**
   * Claims at most `limit` sessions that should run, have no owner, and whose backoff is over. The account of each leaves `connected`:
   * what the last owner wrote may no longer be true.
   */
  async claim(limit: number): Promise<ClaimedSession[]> {
    if (limit <= 0) return [];
    const { now } = this.#database;
    return claimDue(
      this.#database,
      (kysely) =>
        kysely
          .selectFrom('sessions')
          .selectAll()
          .where('wanted', '=', 1)
          .where('attention_at', 'is', null)
          .where('lease_expires_at', '<=', now)
          .where('next_start_at', '<=', now)
          .orderBy('lease_expires_at')
          .limit(limit),
      (tx, row) => takeSession(tx, this.#database, row, this.#instanceId),
    );
  }

  /** Renews leases for another `leaseMs`. Returns those that are lost. */
  async renew(leases: readonly Lease[]): Promise<Lease[]> {
    const { kysely, now } = this.#database;
    for (let start = 0; start < leases.length; start += batch) {
      const ids = leases.slice(start, start + batch).map((lease) => lease.ids.session);
      await kysely
        .updateTable('sessions')
        .set(({ eb }) => ({ lease_expires_at: eb(now, '+', leaseMs) }))
        .where('lease_owner', '=', this.#instanceId)
        .where('lease_expires_at', '>', now)
        .where('id', 'in', ids)
        .execute();
    }
    return this.lost(leases);
  }

  /** Those of `leases` that this instance no longer owns. */
  async lost(leases: readonly Lease[]): Promise<Lease[]> {
    if (leases.length === 0) return [];
    const rows = await this.#database.kysely
      .selectFrom('sessions')
      .select(['id', 'lease_token'])
      .where('lease_owner', '=', this.#instanceId)
      .where('lease_expires_at', '>', this.#database.now)
      .execute();
    const held = new Map(rows.map((row) => [row.id, row.lease_token]));
    return leases.filter((lease) => held.get(lease.ids.session) !== lease.token);
  }

  /**
   * Gives a session back, so that any instance can start it at once; `cause` becomes the cause of that start.
   *
   * @throws LeaseLost
   */
  async release(lease: Lease, cause: SessionCause): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'stopped');
      await disconnect(tx, lease, cause);
      await giveBack(tx, lease, cause);
    });
  }

  /**
   * Closes the circuit breaker and ends the backoff of a session, so it can start at once. A running session does not change.
   *
   * @returns false when the session may never start again.
   */
  async startNow({ session }: SessionIds): Promise<boolean> {
    const { kysely, now } = this.#database;
    await kysely
      .updateTable('sessions')
      .set({ ...freshStart, start_cause: 'restore-asked' })
      .where('id', '=', session)
      .where('wanted', '=', 1)
      .where('lease_expires_at', '<=', now)
      .execute();
    const row = await kysely.selectFrom('sessions').select('wanted').where('id', '=', session).executeTakeFirst();
    return row?.wanted === 1;
  }

  /** The pinned versions of the accounts whose sessions this instance runs; null without a pin. */
  async pins(): Promise<Map<SessionId, string | null>> {
    const rows = await this.#database.kysely
      .selectFrom('sessions')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
      .select(['sessions.id', 'library_pin'])
      .where('lease_owner', '=', this.#instanceId)
      .execute();
    return new Map(rows.map((row) => [sessionId(row.id), row.library_pin]));
  }
}
