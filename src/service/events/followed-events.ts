import { setTimeout as sleep } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { libraryNames } from '../../contracts/event-names.ts';
import { sha256 } from '../../contracts/sha256.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { AccountId, SessionIds, WorkspaceId } from '../session-ids.ts';
import type { EventFollowRow, ServiceDatabase } from '../tables.ts';
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
  /** False while an instance has not reported that it knows: its events may be missing. */
  isKnown: boolean;
}

/** Between two writes that what is followed here is still followed, in milliseconds. */
const extendEveryMs = 60_000;
/** How long a new stream waits until every instance reports what it follows, in milliseconds. */
const defaultKnownMs = 5_000;
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
  readonly #knownMs: number;
  /** What is followed, by the last look; null before the first. */
  #rows: readonly Selectable<EventFollowRow>[] | null = null;
  /** What streams follow, by account or workspace. */
  #names: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  /** What webhooks subscribe to, by workspace. */
  #subscriptions: ReadonlyMap<string, readonly Subscription[]> = new Map();
  /** Streams of this instance by what they follow. */
  readonly #held = new Map<string, number>();
  #extendedAt = 0;
  #reportedAt = 0;

  /**
   * @param windowMs how long what a stream followed is followed on, in milliseconds.
   * @param knownMs how long a new stream waits until every instance reports what it follows, in milliseconds.
   */
  constructor(database: ServiceDatabase, instanceId: string, windowMs: number, knownMs = defaultKnownMs) {
    this.#database = database;
    this.#instanceId = instanceId;
    this.#windowMs = windowMs;
    this.#knownMs = knownMs;
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
    const rows = await kysely
      .selectFrom('event_follows')
      .selectAll()
      .select(now.as('now'))
      .where('until', '>', now)
      .execute();
    const before = this.#rows;
    const names = new Map<string, Set<string>>();
    for (const row of rows) {
      const key = row.account_id ?? row.workspace_id;
      names.set(key, new Set([...(names.get(key) ?? []), ...namesOf(row)]));
    }
    this.#names = names;
    this.#subscriptions = await this.#subscribed();
    apply();
    this.#rows = rows;
    // Before its first look an instance ran no session.
    const unknown = before === null ? [] : rows.filter(({ id }) => !before.some((row) => row.id === id));
    const late = unknown.filter((row) => Number(row.now) - row.since >= this.#knownMs);
    // No stream waited for this instance: what its sessions had until now is missing.
    for (const { id, since } of late)
      await kysely
        .updateTable('event_follows')
        .set({ since: now })
        .where('id', '=', id)
        .where('since', '=', since)
        .execute();
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
    const isKnown = await this.#knownEverywhere(id);
    const rows = kysely.selectFrom('event_follows').selectAll().where('workspace_id', '=', workspace);
    const since = sinceOf(await rows.where('until', '>', now).execute(), { workspace, account }, names);
    return { id, since, isKnown };
  }

  /** As `since` of a stream, by the last look: it moves when an instance knew what is followed later than a stream waits for it. */
  since(scope: EventScope, names: readonly string[]): ReadonlyMap<string, number> {
    return sinceOf(this.#rows ?? [], scope, names);
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

  /** Waits until every instance reports what a row says. @returns false when one has not in time. @throws Problem `older-instance` */
  async #knownEverywhere(id: string): Promise<boolean> {
    const { kysely } = this.#database;
    await this.checkInstances();
    for (const end = performance.now() + this.#knownMs; performance.now() < end; await sleep(lookEveryMs)) {
      const since = kysely.selectFrom('event_follows').select('since').where('id', '=', id);
      const behind = this.#running().where('follows_at', '<', since).limit(1);
      if ((await behind.executeTakeFirst()) === undefined) return true;
    }
    return false;
  }
}

/** Since when each name is followed; a name that is not followed is left out. */
function sinceOf(
  rows: readonly Selectable<EventFollowRow>[],
  { workspace, account }: EventScope,
  names: readonly string[],
): ReadonlyMap<string, number> {
  const ofWorkspace = rows.filter((row) => row.workspace_id === workspace);
  const covering = ofWorkspace.filter(({ account_id }) => account_id === null || account_id === account);
  return new Map(
    names.flatMap((name): [string, number][] => {
      const those = covering.filter((row) => namesOf(row).includes(name)).map(({ since }) => since);
      return those.length === 0 ? [] : [[name, Math.min(...those)]];
    }),
  );
}

function namesOf({ names }: { names: string }): string[] {
  return JSON.parse(names) as string[];
}
