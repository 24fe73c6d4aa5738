import type { Lease } from '../leases/lease.ts';
import { holdLease } from '../leases/lease-writes.ts';
import type { SessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** A code to scan or to type on the phone. Never log it: a person who has it can link the session to a phone. */
export interface LinkCode {
  kind: 'qr' | 'pairing';
  code: string;
  /** Counts the codes of a session, from 1. */
  number: number;
  issuedAt: number;
}

/** Reads and writes `link_codes`: the owner of a session writes them, every instance can show them. */
export class LinkCodes {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** @throws LeaseLost */
  async put(lease: Lease, kind: LinkCode['kind'], code: string): Promise<void> {
    const { now } = this.#database;
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      const row = { kind, code, issued_at: now };
      const { numUpdatedRows } = await tx
        .updateTable('link_codes')
        .set(({ eb }) => ({ ...row, number: eb('number', '+', 1) }))
        .where('session_id', '=', lease.ids.session)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) return;
      await tx
        .insertInto('link_codes')
        .values({ ...row, session_id: lease.ids.session, number: 1 })
        .execute();
    });
  }

  /** The current code of a session; null while there is none. */
  async get(session: SessionId): Promise<LinkCode | null> {
    const row = await this.#database.kysely
      .selectFrom('link_codes')
      .selectAll()
      .where('session_id', '=', session)
      .executeTakeFirst();
    return row ? { kind: row.kind, code: row.code, number: row.number, issuedAt: row.issued_at } : null;
  }
}
