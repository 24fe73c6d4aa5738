import { hostname } from 'node:os';
import type { SessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** Writes `instances`: which instances run, and when each last wrote a heartbeat. */
export class Instances {
  readonly #database: ServiceDatabase;
  readonly #id: string;
  readonly #sealKey: string;
  #seeing: Promise<void> | null = null;

  /** @param sealKey the id of the key that the instance seals texts with. */
  constructor(database: ServiceDatabase, id: string, sealKey: string) {
    this.#database = database;
    this.#id = id;
    this.#sealKey = sealKey;
  }

  /**
   * @param maxSessions how many sessions it runs at most; null without a limit.
   * @param address where other instances reach this one.
   */
  async started(slots: number, maxSessions: number | null, address: string | null): Promise<void> {
    const { kysely, now } = this.#database;
    const row = {
      id: this.#id,
      address,
      host: hostname(),
      pid: process.pid,
      slots,
      max_sessions: maxSessions,
      started_at: now,
      seen_at: now,
      stopped_at: null,
      seal_key: this.#sealKey,
      follows_at: 0,
    };
    await kysely.insertInto('instances').values(row).execute();
  }

  /** Concurrent callers share one write. */
  seen(): Promise<void> {
    this.#seeing ??= this.#set({ seen_at: this.#database.now }).finally(() => {
      this.#seeing = null;
    });
    return this.#seeing;
  }

  async stopped(): Promise<void> {
    await this.#set({ stopped_at: this.#database.now });
  }

  /** The instance that holds the lease of a session; null when none does. */
  async ownerOf(session: SessionId): Promise<{ address: string | null } | null> {
    const { kysely, now } = this.#database;
    const row = await kysely
      .selectFrom('sessions')
      .innerJoin('instances', 'instances.id', 'sessions.lease_owner')
      .select('instances.address')
      .where('sessions.id', '=', session)
      .where('sessions.lease_expires_at', '>', now)
      .executeTakeFirst();
    return row ?? null;
  }

  async #set(values: object): Promise<void> {
    await this.#database.kysely.updateTable('instances').set(values).where('id', '=', this.#id).execute();
  }
}
