import { type SqlBool, sql } from 'kysely';
import type { Overview } from '../../../contracts/overview.ts';
import { type AccountStatus, accountStatuses, activeStatuses } from '../../../contracts/service-states.ts';
import { accountRows } from '../../accounts/account-rows.ts';
import type { Service } from '../../instance/service.ts';
import type { WorkspaceId } from '../../session-ids.ts';
import type { ServiceDatabase } from '../../tables.ts';
import { iso, rolloutDecisionView, rolloutView } from './views.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** An instance writes a heartbeat every ten seconds. */
const silentAfterMs = 30_000;
/** As many as a person looks through. */
const shown = 20;

type Listed = Overview['attention']['sessions'];

/**
 * What a person who watches the service looks at first.
 *
 * @param workspace shows only what is of this workspace; all by default.
 */
export async function readOverview(service: Service, workspace: WorkspaceId | null): Promise<Overview> {
  const { database } = service;
  const [sessions, lostLogins, webhooks, instances, rollout] = await Promise.all([
    readSessions(database, workspace),
    readLostLogins(database, workspace),
    readFailingWebhooks(database, workspace),
    workspace === null ? readInstances(database) : null,
    workspace === null ? readRollout(service) : null,
  ]);
  return { at: iso(Date.now()), ...sessions, lostLogins, webhooks, instances, rollout };
}

/** What a session does: `over` for one that no instance may start. */
type SessionWork = 'over' | 'connected' | 'linking' | 'running' | 'person' | 'backoff' | 'unowned';

/** The sessions of accounts that are not deleted, with what each does, as a table. */
function sessionRows(database: ServiceDatabase, workspace: WorkspaceId | null) {
  const { now } = database;
  const work = sql<SessionWork>`case
    when sessions.wanted = 0 then 'over'
    when sessions.lease_expires_at > ${now} then case whatsapp_accounts.status
      when 'connected' then 'connected' when 'qr_scanning' then 'linking' else 'running' end
    when sessions.attention_at is not null then 'person'
    when sessions.next_start_at > ${now} then 'backoff'
    else 'unowned' end`;
  const rows = accountRows(database, workspace)
    .innerJoin('workspaces', 'workspaces.id', 'whatsapp_accounts.workspace_id')
    .where('whatsapp_accounts.deleted_at', 'is', null)
    .select(['workspaces.name as workspace_name', 'sessions.start_cause', 'sessions.attention_at', work.as('work')]);
  return database.kysely.selectFrom(rows.as('rows'));
}

async function readSessions(
  database: ServiceDatabase,
  workspace: WorkspaceId | null,
): Promise<Pick<Overview, 'accounts' | 'attention' | 'restorations'>> {
  const rows = () => sessionRows(database, workspace);
  const counted = await rows()
    .select(({ fn }) => [
      ...(['shown_status', 'work', 'attention_code', 'library'] as const),
      fn.countAll<number>().as('accounts'),
      fn.min<number>('attention_at').as('since'),
    ])
    .groupBy(['shown_status', 'work', 'attention_code', 'library'])
    .execute();
  const sum = (of: typeof counted) => of.reduce((total, { accounts }) => total + Number(accounts), 0);
  const doing = (work: SessionWork) => sum(counted.filter((row) => row.work === work));
  const waiting = counted.filter(({ attention_code }) => attention_code !== null);
  const groups = [...Map.groupBy(waiting, ({ attention_code, library }) => `${attention_code} ${library}`).values()];
  const columns = ['id', 'workspace_id', 'workspace_name', 'phone', 'library', 'shown_since'] as const;
  const attention = await rows()
    .select([...columns, 'attention_code as code', 'attention_at as since'])
    .where('attention_code', 'is not', null)
    .orderBy('attention_at')
    .limit(shown)
    .execute();
  const oldest = await rows()
    .select([...columns, 'start_cause as code', 'shown_since as since'])
    .where('work', 'in', ['running', 'backoff', 'unowned'])
    .orderBy('shown_since')
    .limit(shown)
    .execute();
  return {
    accounts: Object.fromEntries(
      accountStatuses.map((status) => [status, sum(counted.filter(({ shown_status }) => shown_status === status))]),
    ) as Record<AccountStatus, number>,
    attention: {
      groups: groups
        .map((of) => ({
          code: String(of[0]?.attention_code),
          library: String(of[0]?.library),
          accounts: sum(of),
          since: iso(Math.min(...of.map(({ since }) => Number(since ?? 0)))),
        }))
        .sort((one, other) => other.accounts - one.accounts || one.since.localeCompare(other.since)),
      sessions: attention.map(listed),
    },
    restorations: {
      running: doing('running'),
      linking: doing('linking'),
      backoff: doing('backoff'),
      unowned: doing('unowned'),
      oldest: oldest.map(listed),
    },
  };
}

interface ListedRow {
  id: string;
  workspace_id: string;
  workspace_name: string;
  phone: string | null;
  library: string;
  code: string | null;
  since: number | null;
}

function listed({ id, workspace_id, workspace_name, phone, library, code, since }: ListedRow): Listed[number] {
  const place = { account: id, workspace: workspace_id, workspaceName: workspace_name };
  return { ...place, phone, library, code: code ?? '', since: iso(since ?? 0) };
}

/** Accounts that were linked, lost their login in the last day, and whose number no other account of the workspace has linked again. */
async function readLostLogins(
  { kysely, now }: ServiceDatabase,
  workspace: WorkspaceId | null,
): Promise<Overview['lostLogins']> {
  const lost = kysely
    .selectFrom('account_history')
    .innerJoin('whatsapp_accounts as account', 'account.id', 'account_history.account_id')
    .innerJoin('workspaces', 'workspaces.id', 'account.workspace_id')
    .where('account_history.at', '>=', ({ eb }) => eb(now, '-', dayMs))
    .where('account_history.to_status', '=', 'failed')
    .where('account_history.from_status', '!=', 'qr_scanning')
    .where('account.status', '=', 'failed')
    .where('account.deleted_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('whatsapp_accounts as other')
            .select('other.id')
            .whereRef('other.workspace_id', '=', 'account.workspace_id')
            .whereRef('other.phone', '=', 'account.phone')
            .where('other.status', 'in', activeStatuses),
        ),
      ),
    )
    .$if(workspace !== null, (query) => query.where('account.workspace_id', '=', workspace as WorkspaceId));
  const [counted] = await lost.select(({ fn }) => fn.count<number>('account.id').distinct().as('accounts')).execute();
  const newest = await lost
    .select(['account.id', 'account.workspace_id', 'workspaces.name as workspace_name', 'account.phone'])
    .select(['account.library', 'account.status_cause as code', 'account.status_since as since'])
    .distinct()
    .orderBy('since', 'desc')
    .limit(shown)
    .execute();
  return { accounts: Number(counted?.accounts ?? 0), newest: newest.map(listed) };
}

async function readFailingWebhooks(
  { kysely }: ServiceDatabase,
  workspace: WorkspaceId | null,
): Promise<Overview['webhooks']> {
  const isDead = sql<SqlBool>`webhook_deliveries.state = 'dead'`;
  const rows = await kysely
    .selectFrom('webhook_deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
    .select(['webhooks.id as webhook', 'webhooks.workspace_id as workspace'])
    .select(sql<number>`sum(case when ${isDead} then 1 else 0 end)`.as('dead'))
    .select(sql<number>`sum(case when ${isDead} then 0 else 1 end)`.as('failing'))
    .where('webhooks.deleted_at', 'is', null)
    .where('webhook_deliveries.state', 'in', ['pending', 'dead'])
    .where('webhook_deliveries.attempts', '>', 0)
    .$if(workspace !== null, (query) => query.where('webhooks.workspace_id', '=', workspace as WorkspaceId))
    .groupBy(['webhooks.id', 'webhooks.workspace_id'])
    .orderBy('webhooks.id')
    .execute();
  return rows.map(({ dead, failing, ...row }) => ({ ...row, dead: Number(dead), failing: Number(failing) }));
}

async function readInstances({ kysely, now }: ServiceDatabase): Promise<NonNullable<Overview['instances']>> {
  const held = await kysely
    .selectFrom('sessions')
    .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
    .select(({ fn }) => ['lease_owner', fn.countAll<number>().as('sessions')])
    .select(sql<number>`sum(case when whatsapp_accounts.status = 'connected' then 0 else 1 end)`.as('starting'))
    .where('lease_owner', 'is not', null)
    .where('lease_expires_at', '>', now)
    .groupBy('lease_owner')
    .execute();
  const load = new Map(held.map((row) => [row.lease_owner, row]));
  const instances = await kysely
    .selectFrom('instances')
    .select(['id', 'host', 'slots', 'max_sessions', 'started_at', 'seen_at', 'stopped_at', now.as('now')])
    .where('seen_at', '>', ({ eb }) => eb(now, '-', hourMs))
    .orderBy('started_at')
    .execute();
  return instances.map(({ id, host, slots, max_sessions, started_at, seen_at, stopped_at, now }) => ({
    id,
    host,
    state: stopped_at !== null ? 'stopped' : now - seen_at > silentAfterMs ? 'silent' : 'running',
    sessions: Number(load.get(id)?.sessions ?? 0),
    starting: Number(load.get(id)?.starting ?? 0),
    maxSessions: max_sessions,
    slots,
    startedAt: iso(started_at),
    seenAt: iso(seen_at),
  }));
}

/** A new rollout begins only when none is active, so the active one is the newest. */
async function readRollout({ rollouts }: Service): Promise<Overview['rollout']> {
  const [newest] = await rollouts.list(1);
  if (newest?.state !== 'active') return null;
  const [decision] = await rollouts.decisions(newest.id, 1, Number.MAX_SAFE_INTEGER);
  return { rollout: rolloutView(newest), decision: decision ? rolloutDecisionView(decision) : null };
}
