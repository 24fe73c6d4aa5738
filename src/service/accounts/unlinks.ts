import { type RawBuilder, sql } from 'kysely';
import { claimDue } from '../claims/claim-due.ts';
import { type Lease, leaseMs } from '../leases/lease.ts';
import { giveBack, holdLease } from '../leases/lease-writes.ts';
import { type ClaimedSession, takeSession } from '../leases/take-session.ts';
import type { SessionId, SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** How many starts of a session try to unlink its device. */
export const unlinkTries = 3;
/** Between two tries, in milliseconds. */
const againMs = 300_000;

/**
 * When an instance may start a session that was just made inactive: at once when the session has no owner, else after its owner, which
 * unlinks the device itself, has certainly ended.
 */
export function unlinkFrom(now: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`case when lease_expires_at > ${now} then ${now} + ${leaseMs} else 0 end`;
}

/** Devices that are still linked although their account is inactive: the column `unlinks_left` of `sessions`. */
export class Unlinks {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;

  constructor(database: ServiceDatabase, instanceId: string) {
    this.#database = database;
    this.#instanceId = instanceId;
  }

  /** Claims one session whose device must be unlinked; null when there is none. A try counts when it begins. */
  async claim(): Promise<(ClaimedSession & { triesLeft: number }) | null> {
    const { now } = this.#database;
    const [claim = null] = await claimDue(
      this.#database,
      (kysely) =>
        kysely
          .selectFrom('sessions')
          .selectAll()
          .where('unlinks_left', '>', 0)
          .where('wanted', '=', 0)
          .where('next_start_at', '<=', now)
          .where('lease_expires_at', '<=', now)
          .limit(1),
      async (tx, row) => {
        const triesLeft = row.unlinks_left - 1;
        const taken = await takeSession(tx, this.#database, row, this.#instanceId);
        await tx.updateTable('sessions').set({ unlinks_left: triesLeft }).where('id', '=', row.id).execute();
        return { ...taken, triesLeft };
      },
    );
    return claim;
  }

  /** The device is unlinked, or no try is left. @throws LeaseLost */
  async end(lease: Lease): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await tx.updateTable('sessions').set({ unlinks_left: 0 }).where('id', '=', lease.ids.session).execute();
      await giveBack(tx, lease, 'unlinked');
    });
  }

  /** The try failed: an instance tries again after `againMs`. @throws LeaseLost */
  async again(lease: Lease): Promise<void> {
    const { now } = this.#database;
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await giveBack(tx, lease, 'unlinked', { next_start_at: sql<number>`${now} + ${againMs}` });
    });
  }

  /** The owner of a session that became inactive unlinked its device before it ended. */
  async done({ session }: SessionIds): Promise<void> {
    await this.#database.kysely
      .updateTable('sessions')
      .set({ unlinks_left: 0 })
      .where('id', '=', session)
      .where('wanted', '=', 0)
      .where('lease_owner', 'is', null)
      .execute();
  }

  /** True while an instance will start the session to unlink its device: it needs the profile. */
  async isWaiting(session: SessionId): Promise<boolean> {
    const row = await this.#database.kysely
      .selectFrom('sessions')
      .select('unlinks_left')
      .where('id', '=', session)
      .executeTakeFirstOrThrow();
    return row.unlinks_left > 0;
  }
}
