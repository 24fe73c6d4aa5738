import type { Kysely, RawBuilder } from 'kysely';
import { activeStatuses } from '../../contracts/service-states.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceTables } from '../tables.ts';

/**
 * The entries `loss` of the history by which accounts lost their login: they failed after they had been connected. A link that fails before
 * its first `connected` is none: `link_ends` counts it.
 */
export function lostLogins(kysely: Kysely<ServiceTables>) {
  return kysely
    .selectFrom('account_history as loss')
    .where('loss.to_status', '=', 'failed')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('account_history as earlier')
          .select('earlier.seq')
          .whereRef('earlier.account_id', '=', 'loss.account_id')
          .whereRef('earlier.seq', '<', 'loss.seq')
          .where('earlier.to_status', '=', 'connected'),
      ),
    );
}

/**
 * Those lost logins since `since` (milliseconds since 1970 by the database's clock) that have to be linked again, each with its `account`: it
 * is still failed, and no other account of the workspace has linked its number since.
 *
 * @param workspace the losses of this workspace; of all for null.
 */
export function loginsToLinkAgain(
  kysely: Kysely<ServiceTables>,
  since: RawBuilder<number>,
  workspace: WorkspaceId | null,
) {
  return lostLogins(kysely)
    .innerJoin('whatsapp_accounts as account', 'account.id', 'loss.account_id')
    .where('loss.at', '>=', since)
    .where('account.status', '=', 'failed')
    .where('account.deleted_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          // An account that a rollback brought back can lose its login again.
          selectFrom('account_history as later')
            .select('later.seq')
            .whereRef('later.account_id', '=', 'loss.account_id')
            .whereRef('later.seq', '>', 'loss.seq'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('whatsapp_accounts as other')
            .select('other.id')
            .whereRef('other.workspace_id', '=', 'account.workspace_id')
            .whereRef('other.phone', '=', 'account.phone')
            .where((other) =>
              other.or([
                other('other.status', 'in', activeStatuses),
                // Its phone has reported the number, so it was connected, and what came of it is a matter of its own.
                other.and([
                  other('other.asked_phone', 'is', null),
                  other('other.created_at', '>', other.ref('account.created_at')),
                ]),
              ]),
            ),
        ),
      ),
    )
    .$if(workspace !== null, (query) => query.where('account.workspace_id', '=', workspace as WorkspaceId));
}
