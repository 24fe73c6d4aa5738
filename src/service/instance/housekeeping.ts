import type { DeleteQueryBuilder, DeleteResult } from 'kysely';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';

const dayMs = 86_400_000;
/** How long an answer can be repeated by its idempotency key, in milliseconds; the API promises a day. */
const answersMs = dayMs;
/** How long deliveries that arrived, instances that are gone and keys that ended stay to be looked at, in milliseconds. */
const tracesMs = 7 * dayMs;
/** How long a dead letter can be sent again, in milliseconds: it may hold the text of a message. */
const deadLettersMs = 30 * dayMs;
/** One statement that deletes a year's rows would run into the statement timeout each time, and never come to an end. */
const batch = 1_000;

type Deletion<Table extends keyof ServiceTables> = DeleteQueryBuilder<ServiceTables, Table, DeleteResult>;

/**
 * Forgets what nobody needs any more. Accounts and their history stay, and so do starts and violations: the exporter's counters
 * are counted from them. To be called about once an hour.
 */
export async function keepHouse(database: ServiceDatabase): Promise<void> {
  const { kysely, now } = database;
  const old = [
    kysely.deleteFrom('idempotency_keys').where('created_at', '<', (where) => where(now, '-', answersMs)),
    deliveries('delivered', tracesMs),
    deliveries('dead', deadLettersMs),
    kysely.deleteFrom('instances').where('seen_at', '<', (where) => where(now, '-', tracesMs)),
    kysely.deleteFrom('api_keys').where('expires_at', '<', (where) => where(now, '-', tracesMs)),
    // Instances that died while they waited for an answer leave these behind.
    kysely.deleteFrom('outgoing_texts').where('created_at', '<', (where) => where(now, '-', tracesMs)),
  ] as const;
  for (const deletion of old) await inBatches(database, deletion as Deletion<keyof ServiceTables>);

  function deliveries(state: 'delivered' | 'dead', afterMs: number) {
    const ended = kysely.deleteFrom('webhook_deliveries').where('state', '=', state);
    return ended.where('created_at', '<', (where) => where(now, '-', afterMs));
  }
}

/** SQLite has no limit on deletions, and no timeout either. */
async function inBatches({ engine }: ServiceDatabase, deletion: Deletion<keyof ServiceTables>): Promise<void> {
  const some = engine === 'mysql' ? deletion.limit(batch) : deletion;
  for (;;) {
    const { numDeletedRows } = await some.executeTakeFirstOrThrow();
    if (numDeletedRows < batch) return;
  }
}
