import { hostname } from 'node:os';
import { sql } from 'kysely';
import { Problem } from '../problems.ts';
import type { SessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** An instance that wrote no heartbeat for so long no longer runs, in milliseconds. */
export const goneMs = 600_000;
/** An instance that wrote no heartbeat for so long may be dead, in milliseconds; it writes one every ten seconds. */
const silentMs = 30_000;

/** What an instance reports of itself at its start. */
export interface InstanceStart {
  slots: number;
  /** How many sessions it runs at most; null without a limit. */
  maxSessions: number | null;
  /** Where other instances reach it. */
  address: string | null;
  /** True when its profiles are in a store that all machines share. */
  sharesProfiles: boolean;
}

/** An instance that was not stopped and wrote a heartbeat within the last ten minutes. Times are milliseconds since 1970. */
export interface Instance extends Omit<InstanceStart, 'sharesProfiles'> {
  id: string;
  host: string;
  /** Null for a version that cannot drain. */
  sharesProfiles: boolean | null;
  startedAt: number;
  seenAt: number;
  /** True when its last heartbeat is older than 30 s. */
  isSilent: boolean;
  /** When its drain was requested; null when it runs sessions as usual. */
  drainAskedAt: number | null;
  /** Sessions whose lease it holds. */
  sessions: number;
  /** Sessions that it will run when those that are on their way to another instance have arrived. */
  expectedSessions: number;
}

/** The row of this instance in the table `instances`. */
export class OwnInstance {
  readonly #database: ServiceDatabase;
  readonly #id: string;
  readonly #sealKey: string;
  #seeing: Promise<void> | null = null;
  #draining = false;

  /** @param sealKey the id of the key that the instance seals texts with. */
  constructor(database: ServiceDatabase, id: string, sealKey: string) {
    this.#database = database;
    this.#id = id;
    this.#sealKey = sealKey;
  }

  async started({ slots, maxSessions, address, sharesProfiles }: InstanceStart): Promise<void> {
    const { kysely, now } = this.#database;
    const row = {
      id: this.#id,
      address,
      host: hostname(),
      pid: process.pid,
      slots,
      max_sessions: maxSessions,
      shared_profiles: sharesProfiles ? 1 : 0,
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

  /** True while this instance drains, by the last answer of the database. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Asks the database whether this instance drains. */
  async readDraining(): Promise<boolean> {
    const { kysely } = this.#database;
    const row = await kysely
      .selectFrom('instances')
      .select('drain_asked_at')
      .where('id', '=', this.#id)
      .executeTakeFirst();
    this.#draining = typeof row?.drain_asked_at === 'number';
    return this.#draining;
  }

  async #set(values: object): Promise<void> {
    await this.#database.kysely.updateTable('instances').set(values).where('id', '=', this.#id).execute();
  }
}

/** The table `instances`: which instances run, and which of them drain. */
export class Instances {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Requests the drain of an instance, or ends it. @throws Problem `instance-unknown`, `older-instance` */
  async drain(id: string, isOn: boolean): Promise<Instance> {
    const { sharesProfiles } = await this.get(id);
    if (sharesProfiles === null)
      throw new Problem('older-instance', 'The version of this instance cannot drain; stop the instance with SIGTERM.');
    const { kysely, now } = this.#database;
    await kysely
      .updateTable('instances')
      .set(({ fn }) => ({ drain_asked_at: isOn ? fn.coalesce('drain_asked_at', now) : null }))
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }

  /** @throws Problem `instance-unknown` */
  async get(id: string): Promise<Instance> {
    const found = (await this.list()).find((instance) => instance.id === id);
    if (!found) throw new Problem('instance-unknown');
    return found;
  }

  /** The instances that run, the one that started first at the beginning. */
  async list(): Promise<Instance[]> {
    const { kysely, now } = this.#database;
    const isHeld = sql<boolean>`lease_expires_at > ${now}`;
    const isOffered = sql<boolean>`offered_until > ${now}`;
    const rows = await kysely
      .selectFrom('instances')
      .select(['id', 'address', 'host', 'slots', 'max_sessions', 'shared_profiles', 'started_at', 'seen_at'])
      .select(['drain_asked_at', sql<number>`seen_at <= ${now} - ${silentMs}`.as('silent')])
      .where('stopped_at', 'is', null)
      .where('seen_at', '>', (where) => where(now, '-', goneMs))
      .orderBy('started_at')
      .orderBy('id')
      .execute();
    const counts = await kysely
      .selectFrom('sessions')
      .select((select) => [
        sql<string | null>`case when ${isHeld} then lease_owner end`.as('owner'),
        sql<string | null>`case when ${isOffered} then offered_to when ${isHeld} then lease_owner end`.as('heir'),
        select.fn.countAll<number>().as('count'),
      ])
      .where((where) => where.or([isHeld, isOffered]))
      .groupBy(['owner', 'heir'])
      .execute();
    const sum = (of: 'owner' | 'heir', id: string) =>
      counts.reduce((total, row) => (row[of] === id ? total + Number(row.count) : total), 0);
    return rows.map(({ id, address, host, slots, ...row }) => ({
      ...{ id, address, host, slots, maxSessions: row.max_sessions },
      sharesProfiles: row.shared_profiles === null ? null : row.shared_profiles === 1,
      startedAt: row.started_at,
      seenAt: row.seen_at,
      isSilent: Boolean(row.silent),
      drainAskedAt: row.drain_asked_at,
      sessions: sum('owner', id),
      expectedSessions: sum('heir', id),
    }));
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
}
