import { sql, type Transaction } from 'kysely';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { type Lease, LeaseLost } from './lease.ts';

/**
 * Locks the session of a lease until the transaction ends, so that nobody can take it over meanwhile.
 *
 * @throws LeaseLost when it has run out or belongs to somebody else.
 */
export async function holdLease(
  database: ServiceDatabase,
  tx: Transaction<ServiceTables>,
  lease: Lease,
): Promise<void> {
  const query = tx
    .selectFrom('sessions')
    .select(['lease_owner', 'lease_token', sql<number>`lease_expires_at > ${database.now}`.as('alive')])
    .where('id', '=', lease.ids.session);
  const row = await database.locked(query).executeTakeFirst();
  const holds = row?.lease_owner === lease.owner && row.lease_token === lease.token && Boolean(row.alive);
  if (!holds) throw new LeaseLost(lease);
}
