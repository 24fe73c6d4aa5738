import type { z } from 'zod';
import {
  accountCountsSchema,
  accountFilterQuery,
  accountsQuery,
  accountsSchema,
} from '../../../contracts/account-lists.ts';
import { workspaceParams } from '../../../contracts/service-api.ts';
import type { AccountStatus } from '../../../contracts/service-states.ts';
import { type AccountFilter, AccountLists, accountPosition } from '../../accounts/account-lists.ts';
import { workspaceId } from '../../session-ids.ts';
import { type Route, route } from './route.ts';
import { accountView, pageOf } from './views.ts';

export const accountListRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts',
    summary: 'Accounts of a workspace, filtered and sorted, page by page; by default all of them by id',
    scope: 'read',
    params: workspaceParams,
    query: accountsQuery,
    answer: { status: 200, schema: accountsSchema },
    problems: [],
    async handle({ service }, { params, query: { sort, order, limit: text, after = null, ...filter } }) {
      const limit = Number(text);
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      const page = { sort, order, limit: limit + 1, after };
      const accounts = await new AccountLists(service.database).list(id, filterOf(filter), page);
      return pageOf(accounts, limit, accountView, (account) => accountPosition(account, sort));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/account-counts',
    summary: 'How many accounts of a workspace match a filter: by status, by what they need attention for, by version',
    scope: 'read',
    params: workspaceParams,
    query: accountFilterQuery,
    answer: { status: 200, schema: accountCountsSchema },
    problems: [],
    async handle({ service }, { params, query }) {
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      return new AccountLists(service.database).count(id, filterOf(query));
    },
  }),
];

function filterOf({ status, ...filter }: z.output<typeof accountFilterQuery>): AccountFilter {
  return { ...filter, statuses: status?.split(',') as AccountStatus[] | undefined };
}
