import { sql } from 'kysely';
import { type AccountStatus, accountStatuses } from '../../contracts/service-states.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** How many accounts had each status; deleted ones count as inactive. */
export type StatusCounts = Record<AccountStatus, number>;

/** `at` is milliseconds since 1970. */
interface StatusPoint {
  at: number;
  accounts: StatusCounts;
}

/**
 * How many accounts had each status at the last `steps` multiples of `stepMs`, and have it now, oldest first. It is counted backwards from the
 * present statuses: each change of status since then is undone.
 */
export async function statusHistory(
  { kysely, now }: ServiceDatabase,
  { steps, stepMs, workspace }: { steps: number; stepMs: number; workspace: WorkspaceId | null },
): Promise<StatusPoint[]> {
  const present = await kysely
    .selectFrom('whatsapp_accounts')
    .select(({ fn }) => ['status', fn.countAll<number>().as('accounts'), now.as('now')])
    .$if(workspace !== null, (query) => query.where('workspace_id', '=', workspace as WorkspaceId))
    .groupBy('status')
    .execute();
  const end = present[0]?.now ?? Date.now();
  const last = end - (end % stepMs);
  const first = last - (steps - 1) * stepMs;
  const changes = await kysely
    .selectFrom('account_history')
    .select(({ fn }) => [
      sql<number>`at - at % ${stepMs}`.as('step'),
      'from_status',
      'to_status',
      fn.countAll<number>().as('accounts'),
    ])
    .where('at', '>=', first)
    .where('at', '<=', end)
    .$if(workspace !== null, (query) => query.where('workspace_id', '=', workspace as WorkspaceId))
    .groupBy(['step', 'from_status', 'to_status'])
    .execute();
  const bySteps = Map.groupBy(changes, ({ step }) => Number(step));
  const accounts = Object.fromEntries(accountStatuses.map((status) => [status, 0])) as StatusCounts;
  for (const row of present) accounts[row.status] = Number(row.accounts);
  const points: StatusPoint[] = [{ at: end, accounts: { ...accounts } }];
  for (let at = last; at >= first; at -= stepMs) {
    for (const change of bySteps.get(at) ?? []) {
      accounts[change.to_status] -= Number(change.accounts);
      if (change.from_status !== 'none') accounts[change.from_status] += Number(change.accounts);
    }
    points.push({ at, accounts: { ...accounts } });
  }
  return points.reverse();
}
