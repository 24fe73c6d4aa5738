import { type Kysely, sql } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import { type AccountStatus, hostedStatuses } from '../../contracts/service-states.ts';
import { claimDue } from '../claims/claim-due.ts';
import { markLostEvents } from '../event-sequence.ts';
import { noOrigin, originColumns, type RequestOrigin } from '../request-origin.ts';
import { type SessionId, SessionIds, sessionId, type WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { type Lease, leaseMs } from './lease.ts';
import { abandonStarts, disconnect, endStart, freshStart, giveBack, holdLease } from './lease-writes.ts';
import { type ClaimedSession, takeSession } from './take-session.ts';

/** Sessions in one statement: far below every limit on parameters, and locks stay short. */
const batch = 500;
/** How long a session is offered to one instance, in milliseconds: a graceful close and the time of a lease. */
export const offerMs = 45_000;

/** Which of the sessions that wait are meant; what is left out does not matter. */
export interface WaitingSessions {
  workspace?: WorkspaceId | undefined;
  /** The code of their last failure. */
  code?: SessionCause | undefined;
  /** The version that hosted them last. */
  library?: string | undefined;
  /** Whether a person has to ask for their next start, or it comes by itself after the backoff. */
  waitsFor?: 'person' | 'backoff' | undefined;
}

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
          .where((where) => where.or([where('attention_at', 'is', null), where('attention_retried', '=', 1)]))
          .where('lease_expires_at', '<=', now)
          .where('next_start_at', '<=', now)
          .where((where) =>
            where.or([
              where('offered_to', 'is', null),
              where('offered_to', '=', this.#instanceId),
              where('offered_until', '<=', now),
            ]),
          )
          .orderBy('lease_expires_at')
          .limit(limit),
      (tx, row) => takeSession(tx, this.#database, row, this.#instanceId),
    );
  }

  /**
   * Ends leases that have run out: their instance died, or could not renew them. From that moment on an account is disconnected, whether
   * an instance has room for its session or not; a higher token keeps the earlier owner from writing. Call it about once a second.
   */
  async expire(): Promise<void> {
    const { kysely, now } = this.#database;
    const expired = (db: Kysely<ServiceTables>) =>
      db
        .selectFrom('sessions')
        .select(['id', 'account_id', 'workspace_id'])
        .where('lease_owner', 'is not', null)
        .where('lease_expires_at', '<=', now);
    if (!(await expired(kysely).limit(1).executeTakeFirst())) return;
    await this.#database.transaction(async (tx) => {
      const rows = await this.#database.lockedOrSkipped(expired(tx).limit(batch)).execute();
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return;
      await tx
        .updateTable('sessions')
        .set(({ eb }) => ({ lease_owner: null, lease_token: eb('lease_token', '+', 1), start_cause: 'owner-lost' }))
        .where('id', 'in', ids)
        .execute();
      await abandonStarts(tx, ids);
      await markLostEvents(this.#database, tx, rows.map(SessionIds.ofRow));
      await tx
        .updateTable('whatsapp_accounts')
        .set((account) => {
          const session = account.selectFrom('sessions').whereRef('sessions.id', '=', 'whatsapp_accounts.session_id');
          return {
            ...{ status: 'disconnected' as const, status_cause: 'owner-lost', instance_id: this.#instanceId },
            lease_token: session.select('lease_token').$asScalar().$notNull(),
            left_at: session.select('lease_expires_at').$asScalar(),
          };
        })
        .where('session_id', 'in', ids)
        .where('status', 'in', hostedStatuses)
        .execute();
    });
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
   * Offers a session that this instance owns to another one: when it is released, only that one may claim it for as long as `offerMs`.
   *
   * @returns false when the lease is lost.
   */
  async offer({ ids, token }: Lease, to: string): Promise<boolean> {
    const { kysely, now } = this.#database;
    const { numUpdatedRows } = await kysely
      .updateTable('sessions')
      .set(({ eb }) => ({ offered_to: to, offered_until: eb(now, '+', offerMs) }))
      .where('id', '=', ids.session)
      .where('lease_owner', '=', this.#instanceId)
      .where('lease_token', '=', token)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** The state of sessions that this instance offered under these leases; those that it still owns are left out. */
  async offered(leases: readonly Lease[]): Promise<{ lease: Lease; status: AccountStatus; failures: number }[]> {
    if (leases.length === 0) return [];
    const tokens = new Map(leases.map((lease) => [lease.ids.session as string, lease]));
    const rows = await this.#database.kysely
      .selectFrom('sessions')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
      .select(['sessions.id', 'sessions.lease_token as token', 'status', 'failures'])
      .where('sessions.id', 'in', [...tokens.keys()])
      .execute();
    return rows.flatMap(({ id, token, status, failures }) => {
      const lease = tokens.get(id) as Lease;
      return token > lease.token ? [{ lease, status, failures }] : [];
    });
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
   * @param origin the request that asked for it.
   * @returns false when the session may never start again.
   */
  async startNow({ session }: SessionIds, origin: RequestOrigin = noOrigin): Promise<boolean> {
    const { kysely, now } = this.#database;
    await kysely
      .updateTable('sessions')
      .set({ ...freshStart, start_cause: 'restore-asked', ...originColumns(origin) })
      .where('id', '=', session)
      .where('wanted', '=', 1)
      .where('lease_expires_at', '<=', now)
      .execute();
    const row = await kysely.selectFrom('sessions').select('wanted').where('id', '=', session).executeTakeFirst();
    return row?.wanted === 1;
  }

  /**
   * Closes the circuit breakers and ends the backoff of all sessions that wait, so they can start at once; slots keep them from starting
   * all at the same time.
   *
   * @param origin the request that asked for it.
   * @returns how many there were.
   */
  async startAll(
    { workspace, code, library, waitsFor }: WaitingSessions,
    origin: RequestOrigin = noOrigin,
  ): Promise<number> {
    const { kysely, now } = this.#database;
    let query = kysely
      .selectFrom('sessions')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
      .select('sessions.id')
      .where('wanted', '=', 1)
      .where('lease_expires_at', '<=', now);
    const waits = {
      person: sql<boolean>`attention_at is not null`,
      backoff: sql<boolean>`attention_at is null and next_start_at > ${now}`,
    };
    query = query.where((where) => (waitsFor ? waits[waitsFor] : where.or([waits.person, waits.backoff])));
    if (workspace !== undefined) query = query.where('sessions.workspace_id', '=', workspace);
    if (library !== undefined) query = query.where('library', '=', library);
    if (code !== undefined)
      query = query.where((where) => where(where.fn.coalesce('attention_code', 'start_cause'), '=', code));
    const ids = (await query.execute()).map(({ id }) => id);
    let started = 0n;
    for (let start = 0; start < ids.length; start += batch) {
      const { numUpdatedRows } = await kysely
        .updateTable('sessions')
        .set({ ...freshStart, start_cause: 'restore-asked', ...originColumns(origin) })
        .where('id', 'in', ids.slice(start, start + batch))
        .where('wanted', '=', 1)
        .where('lease_expires_at', '<=', now)
        .executeTakeFirstOrThrow();
      started += numUpdatedRows;
    }
    return Number(started);
  }

  /** What was chosen for the accounts whose sessions this instance runs; the version is null without a pin. */
  async choices(): Promise<Map<SessionId, { libraryPin: string | null; browserRevision: number }>> {
    const rows = await this.#database.kysely
      .selectFrom('sessions')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
      .select(['sessions.id', 'library_pin', 'browser_revision'])
      .where('lease_owner', '=', this.#instanceId)
      .execute();
    return new Map(
      rows.map((row) => [sessionId(row.id), { libraryPin: row.library_pin, browserRevision: row.browser_revision }]),
    );
  }
}
