import { sql } from 'kysely';
import type { Cause } from '../causes.ts';
import type { ServiceDatabase } from '../tables.ts';
import { backoffMs, breaker } from './backoff.ts';
import { holdLease } from './hold-lease.ts';
import type { Lease } from './lease.ts';
import { disconnect, endStart, giveBack } from './lease-writes.ts';

/** What a failure led to. */
export interface Failed {
  /** True when the breaker opened: the session waits for a person. */
  needsAttention: boolean;
  /** Milliseconds until the next start is allowed. */
  waitMs: number;
}

/** Every start of a session with its outcome, and what follows from failures. */
export class SessionStarts {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** @throws LeaseLost */
  async begin(lease: Lease, cause: Cause, library: string): Promise<void> {
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
    });
  }

  /** The session is ready. */
  async ready(lease: Lease): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'ready');
    });
  }

  /**
   * The start failed, or the session was lost after it had been ready. Gives the session back with a backoff that survives
   * restarts; at the third failure within ten minutes it needs attention instead.
   *
   * @throws LeaseLost
   */
  async failed(lease: Lease, code: Cause): Promise<Failed> {
    const { now } = this.#database;
    return this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'failed', code);
      await tx
        .updateTable('session_starts')
        .set({ lost_at: now, code })
        .where('session_id', '=', lease.ids.session)
        .where('lease_token', '=', lease.token)
        .where('outcome', '=', 'ready')
        .where('lost_at', 'is', null)
        .execute();
      const { failures: before } = await tx
        .selectFrom('sessions')
        .select('failures')
        .where('id', '=', lease.ids.session)
        .executeTakeFirstOrThrow();
      const { recent } = await tx
        .selectFrom('session_starts')
        .select((select) => select.fn.countAll<number>().as('recent'))
        .where('session_id', '=', lease.ids.session)
        .where((where) => {
          const since = where(now, '-', breaker.withinMs);
          return where.or([
            where.and([where('outcome', '=', 'failed'), where('ended_at', '>', since)]),
            where('lost_at', '>', since),
          ]);
        })
        .executeTakeFirstOrThrow();
      const waitMs = backoffMs(before + 1);
      await disconnect(tx, lease, code);
      await giveBack(tx, lease, code, { failures: before + 1, next_start_at: sql<number>`${now} + ${waitMs}` });
      const needsAttention = Number(recent) >= breaker.failures;
      if (needsAttention) {
        await tx
          .updateTable('sessions')
          .set({ attention_code: code, attention_at: now })
          .where('id', '=', lease.ids.session)
          .execute();
      }
      return { needsAttention, waitMs };
    });
  }
}
