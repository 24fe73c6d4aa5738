import type { Transaction } from 'kysely';
import { activeStatuses } from '../../contracts/service-states.ts';
import { Problem } from '../problems.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceTables } from '../tables.ts';

/** Whether a workspace may have one more link. The caller has locked the workspace. @throws Problem `quota-reached` */
export async function checkQuotas(tx: Transaction<ServiceTables>, workspace: WorkspaceId): Promise<void> {
  const { max_accounts: accounts, max_starting_links: links } = await tx
    .selectFrom('workspaces')
    .select(['max_accounts', 'max_starting_links'])
    .where('id', '=', workspace)
    .executeTakeFirstOrThrow();
  const countOf = async (statuses: readonly (typeof activeStatuses)[number][]) => {
    const { count } = await tx
      .selectFrom('whatsapp_accounts')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('workspace_id', '=', workspace)
      .where('status', 'in', statuses)
      .executeTakeFirstOrThrow();
    return Number(count);
  };
  if (accounts !== null && (await countOf(activeStatuses)) >= accounts)
    throw new Problem('quota-reached', `The workspace may have ${accounts} accounts; log one out first.`);
  if (links !== null && (await countOf(['qr_scanning'])) >= links)
    throw new Problem(
      'quota-reached',
      `The workspace may have ${links} links that wait for their scan; try again later.`,
    );
}
