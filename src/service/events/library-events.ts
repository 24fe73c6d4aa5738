import type { FollowedEvent } from '../../contracts/host-events.ts';
import { type EventPosition, gapMark } from '../event-sequence.ts';
import { PendingWrites } from '../pending-writes.ts';
import { Problem } from '../problems.ts';
import type { Sealer } from '../sealer.ts';
import type { AccountId, SessionIds, WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import { EventLog, type EventSelection, type LoggedEvent, type SeenEvent } from './event-log.ts';
import { type EventScope, FollowedEvents } from './followed-events.ts';

export interface LibraryEventsOptions {
  database: ServiceDatabase;
  sealer: Sealer;
  instanceId: string;
  /** How long events stay in the database, in milliseconds: so long a stream can be resumed. */
  windowMs: number;
  /** The events of a library version out of its type definitions; null where these are not to be had. */
  eventsOf(version: string): Promise<readonly string[] | null>;
  /** Tells the hosts of this instance what is followed now. */
  apply(): void;
  /** Called for each event that is dropped because the database could not take it. */
  onLost(ids: SessionIds, why: string): void;
}

/** Events that no program may follow, each with what to use in its place. */
const refused: ReadonlyMap<string, string> = new Map([
  ['qr', 'GET .../link/events sends the codes of a link.'],
  ['code', 'GET .../link/events sends the codes of a link.'],
]);

/** Events with these names may be missing from one time to another, in milliseconds since 1970. */
export interface EventGap {
  names: string[];
  from: number;
  to: number;
}

/** What a stream reads, from where, and what it has missed. */
export interface OpenedEvents {
  selection: EventSelection;
  position: EventPosition;
  gap: EventGap | null;
  /** What it has missed since, because an instance knew too late what it follows; null for nothing. */
  missed(): EventGap | null;
  /** The stream is over; its events are kept for the window. */
  close(): void;
}

/** Events of the library, from the sessions that report them to the streams and webhooks that want them, whatever instance each is at. */
export class LibraryEvents {
  readonly #options: LibraryEventsOptions;
  readonly #followed: FollowedEvents;
  readonly #log: EventLog;
  readonly #pending: PendingWrites<SeenEvent>;
  /** Accounts with an event that was lost and is not marked in the log yet: a stream has to say that it is not complete. */
  readonly #incomplete = new Map<AccountId, SessionIds>();
  /** The events of each version. */
  readonly #known = new Map<string, readonly string[] | null>();
  /** The streams of this instance by workspace, each with what wakes it. */
  readonly #streams = new Map<WorkspaceId, Set<() => void>>();
  /** The last event of each workspace that has streams. */
  #ends: ReadonlyMap<string, number> = new Map();

  constructor(options: LibraryEventsOptions) {
    const { database, sealer, instanceId, windowMs } = options;
    this.#options = options;
    this.#followed = new FollowedEvents(database, instanceId, windowMs);
    this.#log = new EventLog(database, sealer);
    this.#pending = new PendingWrites(
      (events) => this.#write(events),
      ({ ids }, why) => {
        this.#incomplete.set(ids.account, ids);
        options.onLost(ids, why);
      },
    );
  }

  /** How long a stream can be resumed, in milliseconds. */
  get windowMs(): number {
    return this.#options.windowMs;
  }

  /** The names of the events that the host of an account has to report as data. */
  namesOf(ids: SessionIds): readonly string[] {
    return this.#followed.of(ids);
  }

  /** Takes an event that a session of this instance reported. */
  add(ids: SessionIds, name: string, event: FollowedEvent): void {
    const wanted = this.#followed.wantedBy(ids, name);
    if (wanted.isKept || wanted.webhooks.length > 0) this.#pending.add({ ids, name, event, ...wanted });
  }

  /** Writes what waits for the database. @throws when that does not answer. */
  async flush(): Promise<void> {
    await this.#pending.flush();
    if (this.#incomplete.size > 0) await this.#write([]);
  }

  /** Reads what is followed, and tells the hosts. Call it about once a second. */
  look(): Promise<void> {
    return this.#followed.look(this.#options.apply);
  }

  /** Wakes the streams of workspaces with new events. Call it a few times a second. */
  async wake(): Promise<void> {
    const workspaces = [...this.#streams.keys()];
    if (workspaces.length === 0) return;
    const ends = await this.#log.ends(workspaces);
    const before = this.#ends;
    this.#ends = ends;
    for (const workspace of workspaces) {
      if (ends.get(workspace) !== before.get(workspace)) this.#wakeStreams(workspace);
    }
  }

  wakeAll(): void {
    for (const workspace of this.#streams.keys()) this.#wakeStreams(workspace);
  }

  /** Calls `wake` when the workspace may have new events, until the returned function is called. */
  onNew(workspace: WorkspaceId, wake: () => void): () => void {
    const streams = this.#streams.get(workspace) ?? new Set();
    this.#streams.set(workspace, streams.add(wake));
    return () => {
      streams.delete(wake);
      if (streams.size === 0) this.#streams.delete(workspace);
    };
  }

  /**
   * The names to follow, sorted: those that are asked for, else all that the versions have.
   *
   * @param versions that host the accounts.
   * @throws Problem `event-refused`, `event-unknown`, `library-unavailable`
   */
  async checkNames(asked: readonly string[] | null, versions: readonly string[]): Promise<string[]> {
    const known = await Promise.all(versions.map((version) => this.#eventsOf(version)));
    const all = known.includes(null) ? null : new Set(known.flatMap((names) => names ?? []));
    if (asked === null) {
      if (all === null)
        throw new Problem('event-unknown', 'The type definitions of the library version name no event.');
      return [...all].filter((name) => !refused.has(name)).sort();
    }
    for (const name of asked) {
      const instead = refused.get(name);
      if (instead !== undefined) throw new Problem('event-refused', `${name}: ${instead}`);
      if (all !== null && !all.has(name))
        throw new Problem('event-unknown', `whatsapp-web.js ${versions.join(', ')} has no event ${name}.`);
    }
    return [...new Set(asked)].sort();
  }

  /** @throws Problem `older-instance` while an instance runs that reports no events. */
  checkInstances(): Promise<void> {
    return this.#followed.checkInstances();
  }

  /**
   * Begins to follow events, after `last` or from now on.
   *
   * @throws Problem `older-instance`
   */
  async open(scope: EventScope, names: readonly string[], last: EventPosition | null): Promise<OpenedEvents> {
    const follow = await this.#followed.follow(scope, names, () => this.look());
    const end = await this.#log.end(scope.workspace);
    const close = this.#followed.hold(follow);
    const selection = { ...scope, names };
    const missed = this.#missedBy(selection, follow.since);
    // Beyond the end: the database is an older copy of the one that the id came from.
    const isFromElsewhere = last !== null && last.seq > end.seq;
    const position = last === null || isFromElsewhere ? end : last;
    const since = last?.at ?? Math.min(...follow.since.values());
    const gap = follow.isKnown
      ? last && this.#gapAfter(last, end, follow.since, isFromElsewhere)
      : { names: [...names], from: since, to: end.at };
    return { selection, position, gap, missed, close };
  }

  /** At most `limit` events after a position, and where to read on. @throws SealBroken */
  async read(
    selection: EventSelection,
    position: EventPosition,
    limit: number,
  ): Promise<{ events: LoggedEvent[]; position: EventPosition }> {
    const end = await this.#log.end(selection.workspace);
    const events = await this.#log.after(selection, position.seq, limit);
    const last = events.at(-1)?.position ?? position;
    // All up to the end were looked at.
    const isAll = events.length < limit && end.seq >= last.seq;
    return { events, position: isAll ? end : last };
  }

  #missedBy(selection: EventSelection, followedSince: ReadonlyMap<string, number>): () => EventGap | null {
    const since = new Map(followedSince);
    return () => {
      const moved = [...this.#followed.since(selection, selection.names)].flatMap(([name, to]) => {
        const from = since.get(name) ?? to;
        return to > from ? [{ name, from, to }] : [];
      });
      for (const { name, to } of moved) since.set(name, to);
      if (moved.length === 0) return null;
      const from = Math.min(...moved.map((gap) => gap.from));
      return { names: moved.map(({ name }) => name), from, to: Math.max(...moved.map(({ to }) => to)) };
    };
  }

  async #eventsOf(version: string): Promise<readonly string[] | null> {
    const known = this.#known.get(version);
    if (known !== undefined) return known;
    const events = await this.#options.eventsOf(version).catch((error: Error) => {
      throw new Problem('library-unavailable', error.message, { cause: error });
    });
    this.#known.set(version, events);
    return events;
  }

  #gapAfter(
    last: EventPosition,
    end: EventPosition,
    since: ReadonlyMap<string, number>,
    isFromElsewhere: boolean,
  ): EventGap | null {
    const kept = isFromElsewhere ? end.at : end.at - this.#options.windowMs;
    const missing = [...since]
      .map(([name, from]) => ({ name, to: Math.max(kept, from) }))
      .filter(({ to }) => to > last.at);
    if (missing.length === 0) return null;
    return { names: missing.map(({ name }) => name), from: last.at, to: Math.max(...missing.map(({ to }) => to)) };
  }

  /** Writes events after the marks of those that were lost: these came before. */
  async #write(events: readonly SeenEvent[]): Promise<void> {
    const incomplete = [...this.#incomplete.values()];
    this.#incomplete.clear();
    const written = [...incomplete.map(gapOf), ...events];
    try {
      await this.#log.write(written);
    } catch (error) {
      for (const ids of incomplete) this.#incomplete.set(ids.account, ids);
      throw error;
    }
    for (const workspace of new Set(written.map(({ ids }) => ids.workspace))) this.#wakeStreams(workspace);
  }

  #wakeStreams(workspace: WorkspaceId): void {
    for (const wake of this.#streams.get(workspace) ?? []) wake();
  }
}

/** The mark of a gap in the events of an account. */
function gapOf(ids: SessionIds): SeenEvent {
  return { ids, name: gapMark, event: { args: [], files: [] }, isKept: true, webhooks: [] };
}
