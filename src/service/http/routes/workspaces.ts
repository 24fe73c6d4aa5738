import {
  createWorkspaceSchema,
  pageQuery,
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
    summary: 'Workspaces by id, page by page',
    scope: 'read',
    query: pageQuery,
    answer: { status: 200, schema: workspacesSchema },
    problems: [],
    async handle({ service }, { query }) {
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
    problems: ['workspace-unknown'],
    handle: async ({ service }, { params }) =>
      workspaceView(await service.workspaces.get(workspaceId(params.workspace))),
  }),
];
