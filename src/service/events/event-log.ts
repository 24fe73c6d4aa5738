import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { FollowedEvent } from '../../contracts/host-events.ts';
import type { LibraryEvent } from '../../contracts/service-events.ts';
import { type EventPosition, gapMark, lastEvent, takeNumbers } from '../event-sequence.ts';
import { noOrigin } from '../request-origin.ts';
import type { Sealer } from '../sealer.ts';
import type { SessionIds, WorkspaceId } from '../session-ids.ts';
import type { LibraryEventRow, ServiceDatabase, ServiceTables } from '../tables.ts';
import { dueDelivery, originsOf } from '../webhooks/webhooks.ts';
import type { EventScope, WantedBy } from './followed-events.ts';

/** An event that a session reported. */
export interface SeenEvent extends WantedBy {
  ids: SessionIds;
  name: string;
  event: FollowedEvent;
}

/** What a stream reads. */
export interface EventSelection extends EventScope {
  names: readonly string[];
}

/** Writes events of workspaces, sealed: for streams, and as deliveries to webhooks. */
export class EventLog {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;

  constructor(database: ServiceDatabase, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /** Writes all events or none, in their sequence. */
  async write(events: readonly SeenEvent[]): Promise<void> {
    const workspaces = Map.groupBy(events, ({ ids }) => ids.workspace);
    await this.#database.transaction(async (tx) => {
      for (const [workspace, its] of workspaces) await this.#append(tx, workspace, its);
    });
  }

  /** The last event of a workspace, and the present time. */
  end(workspace: WorkspaceId): Promise<EventPosition> {
    return lastEvent(this.#database, this.#database.kysely, workspace);
  }

  /** The number of the last event of each workspace that has any. */
  async ends(workspaces: readonly WorkspaceId[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.kysely
      .selectFrom('library_event_heads')
      .selectAll()
      .where('workspace_id', 'in', workspaces)
      .execute();
    return new Map(rows.map(({ workspace_id, seq }) => [workspace_id, seq]));
  }

  /** At most `limit` events after `seq`, the oldest first. A mark of a gap is one of them. @throws SealBroken */
  async after({ workspace, account, names }: EventSelection, seq: number, limit: number): Promise<LoggedEvent[]> {
    const rows = await this.#database.kysely
      .selectFrom('library_events')
      .selectAll()
      .where('workspace_id', '=', workspace)
      .where('seq', '>', seq)
      .where('name', 'in', [...names, gapMark])
      .$if(account !== null, (query) => query.where('account_id', '=', account as string))
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      position: { seq: row.seq, at: row.at },
      event: row.name === gapMark ? null : eventOf(row, this.#sealer.open(row.detail, row.id)),
    }));
  }

  async #append(tx: Transaction<ServiceTables>, workspace: WorkspaceId, events: readonly SeenEvent[]): Promise<void> {
    const { seq, at } = await takeNumbers(this.#database, tx, workspace, events.length);
    const live = await liveWebhooks(tx, events);
    const origins = live.size === 0 ? null : await originsOf(tx, [...new Set(events.map(({ ids }) => ids.account))]);
    const rows: LibraryEventRow[] = [];
    const deliveries: ReturnType<typeof dueDelivery<number>>[] = [];
    for (const [i, { ids, name, event, isKept, webhooks }] of events.entries()) {
      const row = { id: randomUUID(), workspace_id: workspace, account_id: ids.account, name, at };
      const numbered = { ...row, seq: seq - events.length + 1 + i };
      const detail = JSON.stringify(event);
      if (isKept) rows.push({ ...numbered, detail: this.#sealer.seal(detail, row.id) });
      for (const webhook of webhooks.filter((id) => live.has(id))) {
        const body = JSON.stringify(eventOf(numbered, detail));
        deliveries.push(dueDelivery(this.#sealer, webhook, body, at, origins?.get(ids.account) ?? noOrigin));
      }
    }
    if (rows.length > 0) await tx.insertInto('library_events').values(rows).execute();
    if (deliveries.length > 0) await tx.insertInto('webhook_deliveries').values(deliveries).execute();
  }
}

/** Those of the webhooks that events are for that were not deleted meanwhile. */
async function liveWebhooks(
  tx: Transaction<ServiceTables>,
  events: readonly SeenEvent[],
): Promise<ReadonlySet<string>> {
  const wanted = new Set(events.flatMap(({ webhooks }) => webhooks));
  if (wanted.size === 0) return wanted;
  const live = tx
    .selectFrom('webhooks')
    .select('id')
    .where('id', 'in', [...wanted])
    .where('deleted_at', 'is', null);
  return new Set((await live.execute()).map(({ id }) => id));
}

export interface LoggedEvent {
  position: EventPosition;
  /** Null for the mark of a gap. */
  event: LibraryEvent | null;
}

/** An event as programs get it. @param detail JSON of `FollowedEvent`. */
function eventOf(row: Omit<LibraryEventRow, 'detail'>, detail: string): LibraryEvent {
  const { args, files } = JSON.parse(detail) as FollowedEvent;
  const account = `/v1/workspaces/${row.workspace_id}/accounts/${row.account_id}`;
  return {
    id: row.id,
    seq: row.seq,
    type: 'library.event',
    name: row.name,
    workspace: row.workspace_id,
    account: row.account_id,
    at: new Date(row.at).toISOString(),
    data: {
      args,
      media: files.map((file) => ({ ...file, url: `${account}/messages/${encodeURIComponent(file.message)}/media` })),
    },
  };
}
