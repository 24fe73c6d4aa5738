import type { Selectable, Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import type { AccountStatus } from '../../contracts/service-states.ts';
import { markLostEvents } from '../event-sequence.ts';
import { originOf, type RequestOrigin } from '../request-origin.ts';
import { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables, SessionRow } from '../tables.ts';
import { Lease, leaseMs } from './lease.ts';
import { abandonStarts, disconnect } from './lease-writes.ts';

/** A session that an instance has just claimed. */
export interface ClaimedSession {
  lease: Lease;
  cause: SessionCause;
  /** `qr_scanning` when this instance continues a link that another one began. */
  status: AccountStatus;
  phone: string | null;
  /** Digits of the number when the link continues by pairing code. */
  pairWith: string | null;
  libraryPin: string | null;
  /** Of proxy and browser arguments. */
  browserRevision: number;
  /** The request that asked for the link or for the last restoration. */
  origin: RequestOrigin;
}

/** Makes an instance the owner of a session. The caller has locked its row, and no instance owns a lease that is still valid. */
export async function takeSession(
  tx: Transaction<ServiceTables>,
  database: ServiceDatabase,
  row: Selectable<SessionRow>,
  instanceId: string,
): Promise<ClaimedSession> {
  const ids = SessionIds.ofRow(row);
  const lease = new Lease(ids, instanceId, row.lease_token + 1);
  const isLost = row.lease_owner !== null;
  const cause = isLost ? 'owner-lost' : (row.start_cause as SessionCause);
  const lostAt = isLost ? row.lease_expires_at : null;
  // Before the lease is given its new end.
  await abandonStarts(tx, [ids.session]);
  if (isLost) await markLostEvents(database, tx, [ids]);
  await tx
    .updateTable('sessions')
    .set(({ eb }) => ({
      lease_owner: lease.owner,
      lease_token: lease.token,
      lease_expires_at: eb(database.now, '+', leaseMs),
      start_cause: cause,
      ...{ offered_to: null, offered_until: 0 },
    }))
    .where('id', '=', ids.session)
    .execute();
  await disconnect(tx, lease, cause, lostAt);
  const account = await tx
    .selectFrom('whatsapp_accounts')
    .leftJoin('pairing_links', 'pairing_links.session_id', 'whatsapp_accounts.session_id')
    .select(['status', 'phone', 'library_pin', 'browser_revision', 'pairing_links.session_id as pairing'])
    .where('id', '=', ids.account)
    .executeTakeFirstOrThrow();
  const { status, phone, library_pin: libraryPin, browser_revision: browserRevision, pairing } = account;
  const pairWith = pairing && status === 'qr_scanning' ? phone : null;
  return { lease, cause, status, phone, libraryPin, browserRevision, pairWith, origin: originOf(row) };
}
