import type { ServiceDatabase } from '../../src/service/tables.ts';
import type { FleetInstance } from './fleet.ts';

/** How many sessions are connected and owned by an instance of the fleet that lives. */
export async function connectedSessions(database: ServiceDatabase, fleet: readonly FleetInstance[]): Promise<number> {
  const living = fleet.map(({ id }) => id).filter((id) => id !== null);
  if (living.length === 0) return 0;
  const { count } = await database.kysely
    .selectFrom('whatsapp_accounts')
    .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('status', '=', 'connected')
    .where('lease_owner', 'in', living)
    .where('lease_expires_at', '>', database.now)
    .executeTakeFirstOrThrow();
  return Number(count);
}
