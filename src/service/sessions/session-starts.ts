import { type Kysely, sql, type Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import type { StartOutcome } from '../../contracts/service-states.ts';
import { backoffMs, isEndless, needsAttentionAtOnce, opensBreaker, trialEveryMs } from '../../session/backoff.ts';
import type { Lease } from '../leases/lease.ts';
import { disconnect, endStart, giveBack, holdLease } from '../leases/lease-writes.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import type { SessionRollout } from './session-rollout.ts';
import { SharedFaults } from './shared-faults.ts';

/** How many of the newest starts the circuit breaker counts: far more than it needs, even with stops and crashes among them. */
const looked = 30;

/** One start of a session. Times are milliseconds since 1970 by the database's clock. */
export interface SessionStart {
  id: number;
  cause: string;
  library: string;
  /** The WhatsApp Web build that its page reported; null when it reported none. */
  build: string | null;
  instance: string;
  startedAt: number;
  /** When it was ready or failed; null while it is in progress. */
  endedAt: number | null;
  outcome: StartOutcome | null;
  /** Why it failed, or how it was lost after it had been ready. */
  code: string | null;
  lostAt: number | null;
}

/** The effect of a failure. */
export interface Failed {
  /** True when a person has to look: the circuit breaker is open, or what failed cannot mend itself. */
  needsAttention: boolean;
  /** Milliseconds until the next start is allowed. */
  waitMs: number;
}

/** Every start of a session with its outcome, and what follows from failures. */
export class SessionStarts {
  readonly #database: ServiceDatabase;
  readonly #wasRolledBack: SessionRollout['wasRolledBack'];
  readonly #faults: SharedFaults;

  constructor(database: ServiceDatabase, wasRolledBack: SessionRollout['wasRolledBack']) {
    this.#database = database;
    this.#faults = new SharedFaults(database);
    this.#wasRolledBack = wasRolledBack;
  }

  /**
   * Begins a start with `library`: further events of the account are attributed to this version, and to no build until `runs` reports
   * one.
   *
   * @throws LeaseLost
   */
  async begin(lease: Lease, cause: SessionCause, library: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await tx
        .insertInto('session_starts')
        .values({
          session_id: lease.ids.session,
          instance_id: lease.owner,
          lease_token: lease.token,
          cause,
          library,
          started_at: this.#database.now,
          ended_at: null,
          outcome: null,
          code: null,
          lost_at: null,
        })
        .execute();
      await tx
        .updateTable('whatsapp_accounts')
        .set({ library, build: null })
        .where('id', '=', lease.ids.account)
        .execute();
    });
  }

  /** The host of the open start loaded another version than the requested one, so its outcome says nothing about that one. @throws LeaseLost */
  async loaded(lease: Lease, loaded: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await tx
        .updateTable('session_starts')
        .set({ loaded })
        .where('session_id', '=', lease.ids.session)
        .where('lease_token', '=', lease.token)
        .where('outcome', 'is', null)
        .execute();
    });
  }

  /** The page reported its build, again after a reload: further events are attributed to it. @throws LeaseLost */
  async runs(lease: Lease, build: string | null): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await tx
        .updateTable('session_starts')
        .set({ build })
        .where('session_id', '=', lease.ids.session)
        .where('lease_token', '=', lease.token)
        .where('outcome', 'is', null)
        .execute();
      await tx.updateTable('whatsapp_accounts').set({ build }).where('id', '=', lease.ids.account).execute();
    });
  }

  /** At most `limit` starts of a session before `beforeId`, newest first. */
  async list({ session }: SessionIds, limit: number, beforeId: number): Promise<SessionStart[]> {
    const rows = await this.#database.kysely
      .selectFrom('session_starts')
      .selectAll()
      .where('session_id', '=', session)
      .where('id', '<', beforeId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      cause: row.cause,
      library: row.library,
      build: row.build,
      instance: row.instance_id,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      outcome: row.outcome,
      code: row.code,
      lostAt: row.lost_at,
    }));
  }

  /** The session is ready. What its starts failed with before, and what many sessions share, is over for all of them. */
  async ready(lease: Lease): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'ready');
    });
    const [now, ...before] = await this.#newest(lease, looked);
    const lastReady = before.findIndex(({ outcome }) => outcome === 'ready');
    const since = lastReady === -1 ? before : before.slice(0, lastReady + 1);
    const failed = since.filter(({ code, library }) => code !== null && library === now?.library);
    for (const code of new Set(failed.map(({ code }) => code as string)))
      await this.#faults.over({ code, library: now?.library as string });
  }

  /**
   * The start failed, or the session was lost after it had been ready. Gives the session back with a backoff that survives restarts; the
   * third failure within ten minutes opens the circuit breaker, unless the machine or the network failed. If its version has been rolled
   * back since, it may start at once.
   *
   * @param isRefused true when the page gave up its login before the library reported it as accepted.
   * @throws LeaseLost
   */
  async failed(lease: Lease, code: SessionCause, isRefused = false): Promise<Failed> {
    const { now } = this.#database;
    return this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'failed', { code, isRefused });
      await tx
        .updateTable('session_starts')
        .set({ lost_at: now, code })
        .where('session_id', '=', lease.ids.session)
        .where('lease_token', '=', lease.token)
        .where('outcome', '=', 'ready')
        .where('lost_at', 'is', null)
        .execute();
      // The rollback of the version has already let its failed sessions start again: this one is late.
      if (await this.#wasRolledBack(tx, lease)) {
        await disconnect(tx, lease, code);
        await giveBack(tx, lease, 'rollout', { failures: 0, next_start_at: 0 });
        return { needsAttention: false, waitMs: 0 };
      }
      const before = await tx
        .selectFrom('sessions')
        .select(['failures', 'attention_code', 'attention_at'])
        .where('id', '=', lease.ids.session)
        .executeTakeFirstOrThrow();
      const failures = before.failures + 1;
      const isOpen = before.attention_at !== null && !isEndless(before.attention_code);
      const opens = isOpen || (!isEndless(code) && (await this.#isTooMuch(tx, lease)));
      const isRetried = !opens && needsAttentionAtOnce(code);
      const waitMs = isOpen ? trialEveryMs : backoffMs(failures, Math.random());
      await disconnect(tx, lease, code);
      await giveBack(tx, lease, code, { failures, next_start_at: sql<number>`${now} + ${waitMs}` });
      const needsAttention = opens || isRetried;
      const attention = needsAttention
        ? {
            attention_code: isOpen ? before.attention_code : code,
            attention_at: before.attention_at ?? now,
            attention_retried: isRetried ? 1 : 0,
          }
        : { attention_code: null, attention_at: null, attention_retried: 0 };
      await tx.updateTable('sessions').set(attention).where('id', '=', lease.ids.session).execute();
      return { needsAttention, waitMs };
    });
  }

  /** Counted over the newest starts of the session, including the one that has just failed. */
  async #isTooMuch(tx: Transaction<ServiceTables>, lease: Lease): Promise<boolean> {
    const newest = await this.#newest(lease, looked, tx);
    return opensBreaker(newest, newest[0]?.now ?? 0);
  }

  #newest({ ids }: Lease, limit: number, kysely: Kysely<ServiceTables> = this.#database.kysely) {
    return kysely
      .selectFrom('session_starts')
      .select(['cause', 'code', 'library', 'outcome', 'ended_at', 'lost_at', this.#database.now.as('now')])
      .where('session_id', '=', ids.session)
      .orderBy('lease_token', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  }
}
