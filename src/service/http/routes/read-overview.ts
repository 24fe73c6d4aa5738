import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Overview } from '../../../contracts/overview.ts';
import { type AccountStatus, accountStatuses } from '../../../contracts/service-states.ts';
import { shownStatus } from '../../accounts/account-rows.ts';
import { loginsToLinkAgain } from '../../accounts/lost-logins.ts';
import type { Service } from '../../instance/service.ts';
import type { WorkspaceId } from '../../session-ids.ts';
import type { ServiceDatabase } from '../../tables.ts';
import { instanceView, iso, rolloutDecisionView, rolloutView } from './views.ts';

const dayMs = 86_400_000;
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
    workspace === null ? service.instances.list() : null,
    workspace === null ? readRollout(service) : null,
  ]);
  const shownInstances = instances?.map(instanceView) ?? null;
  return { at: iso(Date.now()), ...sessions, lostLogins, webhooks, instances: shownInstances, rollout };
}

/** What a session does: `over` for one that no instance may start. */
type SessionWork = 'over' | 'connected' | 'linking' | 'running' | 'person' | 'backoff' | 'unowned';

/** The sessions of accounts that are not deleted. */
function sessionsOf({ kysely }: ServiceDatabase, workspace: WorkspaceId | null) {
  return kysely
    .selectFrom('sessions')
    .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
    .where('whatsapp_accounts.deleted_at', 'is', null)
    .$if(workspace !== null, (query) => query.where('sessions.workspace_id', '=', workspace as WorkspaceId));
}

function workOf({ now }: ServiceDatabase) {
  return sql<SessionWork>`case
    when sessions.wanted = 0 then 'over'
    when sessions.lease_expires_at > ${now} then case whatsapp_accounts.status
      when 'connected' then 'connected' when 'qr_scanning' then 'linking' else 'running' end
    when sessions.attention_at is not null then 'person'
    when sessions.next_start_at > ${now} then 'backoff'
    else 'unowned' end`;
}

/** The longest-waiting sessions of a condition. */
function listSessions(
  database: ServiceDatabase,
  workspace: WorkspaceId | null,
  {
    code,
    since,
    where,
  }: { code: 'attention_code' | 'start_cause'; since: RawBuilder<number>; where: RawBuilder<SqlBool> },
) {
  return sessionsOf(database, workspace)
    .innerJoin('workspaces', 'workspaces.id', 'whatsapp_accounts.workspace_id')
    .select(['whatsapp_accounts.id', 'whatsapp_accounts.workspace_id', 'workspaces.name as workspace_name'])
    .select(['whatsapp_accounts.phone', 'whatsapp_accounts.library', `sessions.${code} as code`, since.as('since')])
    .where('sessions.wanted', '=', 1)
    .where(where)
    .orderBy('since')
    .limit(shown)
    .execute();
}

async function readSessions(
  database: ServiceDatabase,
  workspace: WorkspaceId | null,
): Promise<Pick<Overview, 'accounts' | 'attention' | 'restorations'>> {
  const status = shownStatus(database);
  const work = workOf(database);
  const rows = sessionsOf(database, workspace)
    .select([status.status.as('status'), work.as('work'), 'whatsapp_accounts.library', 'sessions.attention_at'])
    .select(sql<string | null>`case when sessions.wanted = 1 then sessions.attention_code end`.as('code'));
  const counted = await database.kysely
    .selectFrom(rows.as('rows'))
    .select(['status', 'work', 'code', 'library'])
    .select(({ fn }) => [fn.countAll<number>().as('accounts'), fn.min<number>('attention_at').as('since')])
    .groupBy(['status', 'work', 'code', 'library'])
    .execute();
  const sum = (of: typeof counted) => of.reduce((total, { accounts }) => total + Number(accounts), 0);
  const doing = (work: SessionWork) => sum(counted.filter((row) => row.work === work));
  const waiting = counted.filter(({ code }) => code !== null);
  const groups = [...Map.groupBy(waiting, ({ code, library }) => `${code} ${library}`).values()];
  const down = { running: doing('running'), backoff: doing('backoff'), unowned: doing('unowned') };
  // Most of the time there is nothing to list.
  const attention =
    groups.length === 0
      ? []
      : await listSessions(database, workspace, {
          code: 'attention_code',
          since: sql<number>`sessions.attention_at`,
          where: sql<SqlBool>`sessions.attention_at is not null`,
        });
  const oldest =
    down.running + down.backoff + down.unowned === 0
      ? []
      : await listSessions(database, workspace, {
          code: 'start_cause',
          since: status.since,
          where: sql<SqlBool>`${work} in ('running', 'backoff', 'unowned')`,
        });
  return {
    accounts: Object.fromEntries(
      accountStatuses.map((status) => [status, sum(counted.filter((row) => row.status === status))]),
    ) as Record<AccountStatus, number>,
    attention: {
      groups: groups
        .map((of) => ({
          code: String(of[0]?.code),
          library: String(of[0]?.library),
          accounts: sum(of),
          since: iso(Math.min(...of.map(({ since }) => Number(since ?? 0)))),
        }))
        .sort((one, other) => other.accounts - one.accounts || one.since.localeCompare(other.since)),
      sessions: attention.map(listed),
    },
    restorations: {
      ...down,
      linking: doing('linking'),
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

/** The logins that were lost in the last day and have to be linked again. */
async function readLostLogins(
  { kysely, now }: ServiceDatabase,
  workspace: WorkspaceId | null,
): Promise<Overview['lostLogins']> {
  const lost = loginsToLinkAgain(kysely, sql<number>`${now} - ${dayMs}`, workspace);
  const counted = await lost.select(({ fn }) => fn.countAll<number>().as('accounts')).executeTakeFirstOrThrow();
  const newest = await lost
    .innerJoin('workspaces', 'workspaces.id', 'account.workspace_id')
    .select(['account.id', 'account.workspace_id', 'workspaces.name as workspace_name', 'account.phone'])
    .select(['loss.library', 'loss.cause as code', 'loss.at as since'])
    .orderBy('since', 'desc')
    .limit(shown)
    .execute();
  return { accounts: Number(counted.accounts), newest: newest.map(listed) };
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

/** A new rollout begins only when none is active, so the active one is the newest. */
async function readRollout({ rollouts }: Service): Promise<Overview['rollout']> {
  const [newest] = await rollouts.list(1);
  if (newest?.state !== 'active') return null;
  const [decision] = await rollouts.decisions(newest.id, 1, Number.MAX_SAFE_INTEGER);
  return { rollout: rolloutView(newest), decision: decision ? rolloutDecisionView(decision) : null };
}
