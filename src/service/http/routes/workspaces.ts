import {
  createWorkspaceSchema,
  pageQuery,
  quotasSchema,
  workspaceParams,
  workspaceSchema,
  workspacesSchema,
} from '../../../contracts/service-api.ts';
import { workspaceId } from '../../session-ids.ts';
import { type Route, route } from './route.ts';
import { pageOf, workspaceView } from './views.ts';

export const workspaceRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/workspaces',
    summary: 'Workspaces that the key reaches by id, page by page',
    scope: 'read',
    reach: 'every-key',
    query: pageQuery,
    answer: { status: 200, schema: workspacesSchema },
    problems: [],
    async handle({ service }, { query, caller }) {
      if (caller.workspace !== null)
        return { items: [workspaceView(await service.workspaces.get(caller.workspace))], next: null };
      const limit = Number(query.limit);
      const after = query.after === undefined ? null : workspaceId(query.after);
      return pageOf(await service.workspaces.list(limit + 1, after), limit, workspaceView, ({ id }) => id);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces',
    summary: 'Make a workspace',
    scope: 'admin',
    body: createWorkspaceSchema,
    answer: { status: 201, schema: workspaceSchema },
    problems: [],
    handle: async ({ service }, { body }) => workspaceView(await service.workspaces.create(body.name)),
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace',
    summary: 'One workspace',
    scope: 'read',
    params: workspaceParams,
    answer: { status: 200, schema: workspaceSchema },
    problems: [],
    handle: async ({ service }, { params }) =>
      workspaceView(await service.workspaces.get(workspaceId(params.workspace))),
  }),
  route({
    method: 'PUT',
    path: '/v1/workspaces/:workspace/quotas',
    summary: 'Set the quotas of a workspace; null is no quota',
    scope: 'admin',
    reach: 'all-workspaces',
    params: workspaceParams,
    body: quotasSchema,
    answer: { status: 200, schema: workspaceSchema },
    problems: [],
    handle: async ({ service }, { params, body }) =>
      workspaceView(await service.workspaces.setQuotas(workspaceId(params.workspace), body)),
  }),
];
