import { hostedStatuses } from '../../src/contracts/service-states.ts';
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

/** For how long a row of an account may say `connected` after the lease of its session has run out, in milliseconds. */
export const unownedMs = 2_000;

/** For how long the lease of a session has run out whose account is still written as hosted; 0 where there is none. */
export async function longestUnowned({ kysely, now }: ServiceDatabase): Promise<number> {
  const { since } = await kysely
    .selectFrom('whatsapp_accounts')
    .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
    .select((select) => select.eb(now, '-', select.fn.min('lease_expires_at')).as('since'))
    .where('status', 'in', hostedStatuses)
    .where('lease_expires_at', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(since ?? 0);
}
