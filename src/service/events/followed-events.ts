import { setTimeout as sleep } from 'node:timers/promises';
import { libraryNames } from '../../contracts/event-names.ts';
import { sha256 } from '../../contracts/sha256.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { AccountId, SessionIds, WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import { subscriptionsOf } from '../webhooks/webhooks.ts';

/** Whose events are followed: those of one account, or of all accounts of a workspace (null). */
export interface EventScope {
  workspace: WorkspaceId;
  account: AccountId | null;
}

/** Who wants an event: streams, for which it is kept, and webhooks. */
export interface WantedBy {
  isKept: boolean;
  webhooks: readonly string[];
}

/** What a stream follows, and since when it is complete. */
export interface Follow {
  id: string;
  /** For each name, since when the events with it are kept, in milliseconds since 1970. */
  since: ReadonlyMap<string, number>;
}

/** Between two writes that what is followed here is still followed, in milliseconds. */
const extendEveryMs = 60_000;
/** How long a new stream waits until every instance reports what it follows, in milliseconds. */
const knownMs = 5_000;
/** Between two looks whether they do, in milliseconds. */
const lookEveryMs = 100;
/** An instance that wrote no heartbeat for so long runs no sessions, in milliseconds. */
const goneMs = 60_000;

interface Subscription {
  webhook: string;
  names: readonly string[];
}

const nothing: readonly string[] = [];

/**
 * Which events of the library programs follow, in the database: a stream that was cut is followed on for the window in which it can be
 * resumed. Every instance reports what any of them has written here.
 */
export class FollowedEvents {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;
  readonly #windowMs: number;
  /** What streams follow, by account or workspace. */
  #names: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  /** What webhooks subscribe to, by workspace. */
  #subscriptions: ReadonlyMap<string, readonly Subscription[]> = new Map();
  /** Streams of this instance by what they follow. */
  readonly #held = new Map<string, number>();
  #extendedAt = 0;
  #reportedAt = 0;

  constructor(database: ServiceDatabase, instanceId: string, windowMs: number) {
    this.#database = database;
    this.#instanceId = instanceId;
    this.#windowMs = windowMs;
  }

  /** The names that are followed of an account, sorted. */
  of({ workspace, account }: SessionIds): readonly string[] {
    const subscribed = this.#subscriptions.get(workspace) ?? [];
    const lists = [this.#names.get(workspace), this.#names.get(account), ...subscribed.map(({ names }) => names)];
    const names = new Set(lists.flatMap((list) => [...(list ?? [])]));
    return names.size === 0 ? nothing : [...names].sort();
  }

  /** Who wants an event of an account. */
  wantedBy({ workspace, account }: SessionIds, name: string): WantedBy {
    const isKept = [workspace, account].some((scope) => this.#names.get(scope)?.has(name));
    const subscribed = this.#subscriptions.get(workspace) ?? [];
    return { isKept, webhooks: subscribed.filter(({ names }) => names.includes(name)).map(({ webhook }) => webhook) };
  }

  /**
   * Reads what is followed. Call it about once a second.
   *
   * @param apply tells the hosts of this instance; other instances wait for that.
   */
  async look(apply: () => void): Promise<void> {
    const { kysely, now } = this.#database;
    const rows = await kysely.selectFrom('event_follows').selectAll().where('until', '>', now).execute();
    const names = new Map<string, Set<string>>();
    for (const row of rows) {
      const key = row.account_id ?? row.workspace_id;
      names.set(key, new Set([...(names.get(key) ?? []), ...namesOf(row)]));
    }
    this.#names = names;
    this.#subscriptions = await this.#subscribed();
    apply();
    const newest = Math.max(0, ...rows.map(({ since }) => since));
    if (newest > this.#reportedAt) {
      await kysely.updateTable('instances').set({ follows_at: newest }).where('id', '=', this.#instanceId).execute();
      this.#reportedAt = newest;
    }
    await this.#extend();
  }

  /**
   * Follows events from now on, or on.
   *
   * @param look as `look` of this class, with what the instance applies.
   * @throws Problem `older-instance`
   */
  async follow(
    { workspace, account }: EventScope,
    names: readonly string[],
    look: () => Promise<void>,
  ): Promise<Follow> {
    const { kysely, now } = this.#database;
    const id = sha256(JSON.stringify([workspace, account, names]));
    const row = kysely.updateTable('event_follows').where('id', '=', id);
    const until = ({ eb }: Parameters<Extract<Parameters<typeof row.set>[0], (...args: never[]) => unknown>>[0]) => ({
      until: eb(now, '+', this.#windowMs),
    });
    const { numUpdatedRows } = await row.where('until', '>', now).set(until).executeTakeFirst();
    if (numUpdatedRows === 0n) {
      await kysely.deleteFrom('event_follows').where('id', '=', id).where('until', '<=', now).execute();
      const values = { id, workspace_id: workspace, account_id: account, names: JSON.stringify(names) };
      await kysely
        .insertInto('event_follows')
        .values((eb) => ({ ...values, since: now, until: eb(now, '+', this.#windowMs) }))
        .execute()
        .catch((error) => {
          if (!isDuplicate(error)) throw error;
        });
      // An instance that reports this time has read the row: it is there before.
      await row.set({ since: now }).execute();
    }
    await look();
    await this.#knownEverywhere(id);
    return { id, since: await this.#since({ workspace, account }, names) };
  }

  /** Keeps events followed until the returned function is called, and for the window after that. */
  hold({ id }: Follow): () => void {
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(id) ?? 1) - 1;
      if (left > 0) this.#held.set(id, left);
      else this.#held.delete(id);
    };
  }

  /** @throws Problem `older-instance` while an instance runs that reports no events. */
  async checkInstances(): Promise<void> {
    const older = await this.#running().where('follows_at', 'is', null).executeTakeFirst();
    if (older) throw new Problem('older-instance');
  }

  #running() {
    const { kysely, now } = this.#database;
    return kysely
      .selectFrom('instances')
      .select('id')
      .where('stopped_at', 'is', null)
      .where('seen_at', '>', (where) => where(now, '-', goneMs));
  }

  async #extend(): Promise<void> {
    if (this.#held.size === 0 || performance.now() - this.#extendedAt < extendEveryMs) return;
    const { kysely, now } = this.#database;
    await kysely
      .updateTable('event_follows')
      .set(({ eb }) => ({ until: eb(now, '+', this.#windowMs) }))
      .where('id', 'in', [...this.#held.keys()])
      .execute();
    this.#extendedAt = performance.now();
  }

  async #subscribed(): Promise<ReadonlyMap<string, readonly Subscription[]>> {
    const rows = await this.#database.kysely
      .selectFrom('webhooks')
      .select(['id', 'workspace_id', 'events'])
      .where('events', 'is not', null)
      .where('deleted_at', 'is', null)
      .execute();
    const subscriptions = rows.map(({ id, workspace_id, events }) => ({
      ...{ webhook: id, workspace: workspace_id, names: libraryNames(subscriptionsOf(events) ?? []) },
    }));
    return Map.groupBy(subscriptions, ({ workspace }) => workspace);
  }

  /** Waits until every instance reports what a row says, or has had the time for it. @throws Problem `older-instance` */
  async #knownEverywhere(id: string): Promise<void> {
    const { kysely } = this.#database;
    await this.checkInstances();
    for (const end = performance.now() + knownMs; performance.now() < end; await sleep(lookEveryMs)) {
      const since = kysely.selectFrom('event_follows').select('since').where('id', '=', id);
      const behind = this.#running().where('follows_at', '<', since).limit(1);
      if ((await behind.executeTakeFirst()) === undefined) return;
    }
  }

  async #since({ workspace, account }: EventScope, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { kysely, now } = this.#database;
    const rows = await kysely
      .selectFrom('event_follows')
      .selectAll()
      .where('workspace_id', '=', workspace)
      .where('until', '>', now)
      .execute();
    const covering = rows.filter(({ account_id }) => account_id === null || account_id === account);
    return new Map(
      names.map((name) => {
        const those = covering.filter((row) => namesOf(row).includes(name)).map(({ since }) => since);
        return [name, Math.min(...those)];
      }),
    );
  }
}

function namesOf({ names }: { names: string }): string[] {
  return JSON.parse(names) as string[];
}
