import { type Selectable, sql } from 'kysely';
import { type AccountStatus, hostedStatuses } from '../../contracts/service-states.ts';
import { accountId, SessionIds, sessionId, type WorkspaceId, workspaceId } from '../session-ids.ts';
import type { AccountRow, ServiceDatabase } from '../tables.ts';
import { argumentsOf } from './account-browsers.ts';

/** One WhatsApp number of a workspace. Times are milliseconds since 1970 by the database's clock. */
export interface Account {
  ids: SessionIds;
  /** The number of the phone; until the phone reports it, the number that the caller named. */
  phone: string | null;
  status: AccountStatus;
  cause: string;
  since: number;
  library: string;
  /** The WhatsApp Web build that the page reported in the current start, or in the last one. */
  build: string | null;
  libraryPin: string | null;
  createdAt: number;
  /** True when other canaries of the workspace probe its session. */
  canary: boolean;
  /** The proxy of its browser, without its credentials; null for none. */
  proxy: { url: string; hasCredentials: boolean } | null;
  /** Further arguments of its browser. */
  browserArguments: string[];
  /** Set while the circuit breaker is open: the code of what keeps failing. */
  attention: string | null;
}

/** Rows of accounts, deleted ones included, of one workspace or of all, with all that an `Account` is made of. */
export function accountRows(database: ServiceDatabase, workspace: WorkspaceId | null) {
  const shown = shownStatus(database);
  return (
    database.kysely
      .selectFrom('whatsapp_accounts')
      .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
      .leftJoin('canary_accounts', 'canary_accounts.account_id', 'whatsapp_accounts.id')
      .selectAll('whatsapp_accounts')
      .select('canary_accounts.marked_at as canary_since')
      // An account that is over waits for no person.
      .select(sql<string | null>`case when sessions.wanted = 1 then sessions.attention_code end`.as('attention_code'))
      .select([shown.status.as('shown_status'), shown.cause.as('shown_cause'), shown.since.as('shown_since')])
      .$if(workspace !== null, (query) => query.where('whatsapp_accounts.workspace_id', '=', workspace as WorkspaceId))
  );
}

/** An account is disconnected from the moment on at which the lease of its session has run out, written down or not. */
export function shownStatus({ now }: ServiceDatabase) {
  const isLost = sql`whatsapp_accounts.status in (${sql.join(hostedStatuses)}) and sessions.lease_expires_at <= ${now}`;
  return {
    status: sql<AccountStatus>`case when ${isLost} then 'disconnected' else whatsapp_accounts.status end`,
    cause: sql<string>`case when ${isLost} then 'owner-lost' else whatsapp_accounts.status_cause end`,
    since: sql<number>`case when ${isLost} then sessions.lease_expires_at else whatsapp_accounts.status_since end`,
  };
}

type ReadAccount = Selectable<AccountRow> & {
  attention_code: string | null;
  canary_since: number | null;
  shown_status: AccountStatus;
  shown_cause: string;
  shown_since: number;
};

export function accountOfRow(row: ReadAccount): Account {
  return {
    ids: SessionIds.of({
      session: sessionId(row.session_id),
      workspace: workspaceId(row.workspace_id),
      account: accountId(row.id),
    }),
    phone: row.phone,
    status: row.shown_status,
    cause: row.shown_cause,
    since: row.shown_since,
    library: row.library,
    build: row.build,
    libraryPin: row.library_pin,
    createdAt: row.created_at,
    canary: row.canary_since !== null,
    proxy: row.proxy === null ? null : { url: row.proxy, hasCredentials: row.proxy_credentials !== null },
    browserArguments: argumentsOf(row.browser_arguments),
    attention: row.attention_code,
  };
}
