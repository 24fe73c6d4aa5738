import type { ServiceDatabase } from './tables.ts';

const dayMs = 86_400_000;
/** How long an answer can be repeated by its idempotency key, in milliseconds; the API promises a day. */
const answersMs = dayMs;
/** How long deliveries that arrived, and instances that are gone, stay to be looked at, in milliseconds. */
const tracesMs = 7 * dayMs;

/** Forgets what nobody needs any more; dead letters, accounts and their history stay. To be called about once an hour. */
export async function keepHouse({ kysely, now }: ServiceDatabase): Promise<void> {
  await kysely
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', (where) => where(now, '-', answersMs))
    .execute();
  await kysely
    .deleteFrom('webhook_deliveries')
    .where('state', '=', 'delivered')
    .where('created_at', '<', (where) => where(now, '-', tracesMs))
    .execute();
  await kysely
    .deleteFrom('instances')
    .where('seen_at', '<', (where) => where(now, '-', tracesMs))
    .execute();
  // Instances that died while they waited for an answer leave these behind.
  await kysely
    .deleteFrom('outgoing_texts')
    .where('created_at', '<', (where) => where(now, '-', tracesMs))
    .execute();
}
