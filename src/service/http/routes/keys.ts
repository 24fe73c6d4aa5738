import {
  apiKeysSchema,
  createKeySchema,
  idParams,
  newKeySchema,
  rotateKeySchema,
} from '../../../contracts/service-api.ts';
import { workspaceId } from '../../session-ids.ts';
import { type Route, route } from './route.ts';
import { apiKeyView } from './views.ts';

export const keyRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/keys',
    summary: 'API keys, without their secrets',
    scope: 'admin',
    answer: { status: 200, schema: apiKeysSchema },
    problems: [],
    handle: async ({ keys }) => ({ items: (await keys.list()).map(apiKeyView) }),
  }),
  route({
    method: 'POST',
    path: '/v1/keys',
    summary: 'Make an API key, for one workspace or for all; its text is returned only once',
    scope: 'admin',
    body: createKeySchema,
    answer: { status: 201, schema: newKeySchema },
    problems: ['workspace-unknown'],
    async handle({ service, keys }, { body: { name, scope, workspace, methods = null } }) {
      const only = workspace === undefined ? null : (await service.workspaces.get(workspaceId(workspace))).id;
      const made = await keys.create(name, scope, only, methods);
      return { ...apiKeyView(made), key: made.key };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/keys/:id/rotate',
    summary: 'Rotate an API key: make a new one and keep the old one valid for a while',
    scope: 'admin',
    params: idParams,
    body: rotateKeySchema,
    answer: { status: 201, schema: newKeySchema },
    problems: ['key-unknown', 'key-expired'],
    async handle({ keys }, { params, body }) {
      const made = await keys.rotate(params.id, body.overlapSeconds * 1000);
      return { ...apiKeyView(made), key: made.key };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/keys/:id',
    summary: 'Revoke an API key',
    scope: 'admin',
    params: idParams,
    answer: { status: 204 },
    problems: ['key-unknown', 'key-is-last'],
    async handle({ keys }, { params }) {
      await keys.revoke(params.id);
      return undefined;
    },
  }),
];
