import type { z } from 'zod';
import type { accountParams } from '../../../contracts/service-api.ts';
import type { Account } from '../../accounts/account-rows.ts';
import type { Service } from '../../instance/service.ts';
import { accountId, workspaceId } from '../../session-ids.ts';

/** The account that a path names. @throws Problem `account-unknown` */
export function findAccount(service: Service, params: z.output<typeof accountParams>): Promise<Account> {
  return service.accounts.get(workspaceId(params.workspace), accountId(params.account));
}
