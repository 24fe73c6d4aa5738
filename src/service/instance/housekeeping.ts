import type { DeleteQueryBuilder, DeleteResult } from 'kysely';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';

const dayMs = 86_400_000;
/** How long an idempotency key returns its answer, in milliseconds; the API promises a day. */
const answersMs = dayMs;
/** How long successful deliveries, stopped instances and expired keys stay visible, in milliseconds. */
const tracesMs = 7 * dayMs;
/** How long a dead letter can be sent again, in milliseconds; limited because it may hold the text of a message. */
const deadLettersMs = 30 * dayMs;
/** How long calls are kept that a rollout may be judged by, in milliseconds. */
const rolloutCallsMs = 30 * dayMs;
/** How long the calls of a minute are kept, in milliseconds: only those of the present minute count. */
const callsMs = 3_600_000;
/** Rows per statement: deleting a year of rows at once would exceed the statement timeout every time. */
const batch = 1_000;

type Deletion<Table extends keyof ServiceTables> = DeleteQueryBuilder<ServiceTables, Table, DeleteResult>;

/**
 * Deletes rows that are no longer needed. Accounts and their history stay, and so do starts and violations: the exporter derives its
 * counters from them. Call it about once an hour.
 *
 * @param eventsMs how long events of the library are kept, in milliseconds.
 */
export async function keepHouse(database: ServiceDatabase, eventsMs: number): Promise<void> {
  const { kysely, now } = database;
  const old = [
    kysely.deleteFrom('idempotency_keys').where('created_at', '<', (where) => where(now, '-', answersMs)),
    deliveries('delivered', tracesMs),
    deliveries('dead', deadLettersMs),
    kysely.deleteFrom('workspace_calls').where('minute', '<', Math.floor((Date.now() - callsMs) / 60_000)),
    kysely.deleteFrom('instances').where('seen_at', '<', (where) => where(now, '-', tracesMs)),
    kysely.deleteFrom('api_keys').where('expires_at', '<', (where) => where(now, '-', tracesMs)),
    kysely.deleteFrom('library_events').where('at', '<', (where) => where(now, '-', eventsMs)),
    kysely.deleteFrom('rollout_calls').where('at', '<', (where) => where(now, '-', rolloutCallsMs)),
    kysely.deleteFrom('event_follows').where('until', '<', now),
    // Left behind by instances that died while they waited for an answer.
    kysely.deleteFrom('outgoing_texts').where('created_at', '<', (where) => where(now, '-', tracesMs)),
  ] as const;
  for (const deletion of old) await inBatches(database, deletion as Deletion<keyof ServiceTables>);

  function deliveries(state: 'delivered' | 'dead', afterMs: number) {
    const ended = kysely.deleteFrom('webhook_deliveries').where('state', '=', state);
    return ended.where('created_at', '<', (where) => where(now, '-', afterMs));
  }
}

/** SQLite has neither `delete ... limit` nor a statement timeout. */
async function inBatches({ engine }: ServiceDatabase, deletion: Deletion<keyof ServiceTables>): Promise<void> {
  const some = engine === 'mysql' ? deletion.limit(batch) : deletion;
  for (;;) {
    const { numDeletedRows } = await some.executeTakeFirstOrThrow();
    if (numDeletedRows < batch) return;
  }
}
