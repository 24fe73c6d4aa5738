import { libraryNames } from '../../../contracts/event-names.ts';
import {
  createWebhookSchema,
  deliveriesQuery,
  deliveriesSchema,
  deliveryParams,
  newWebhookSchema,
  resentSchema,
  webhookParams,
  webhooksSchema,
  workspaceParams,
} from '../../../contracts/service-api.ts';
import { workspaceId } from '../../session-ids.ts';
import type { Delivery, Webhook } from '../../webhooks/webhooks.ts';
import { type Route, route } from './route.ts';
import { iso, isoOrNull, pageOf } from './views.ts';

const path = '/v1/workspaces/:workspace/webhooks';

export const webhookRoutes: Route[] = [
  route({
    method: 'GET',
    path,
    summary: 'Webhooks of a workspace',
    scope: 'admin',
    params: workspaceParams,
    answer: { status: 200, schema: webhooksSchema },
    problems: [],
    async handle({ service }, { params }) {
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      const items = await service.webhooks.list(id);
      return { items: items.map(webhookView) };
    },
  }),
  route({
    method: 'POST',
    path,
    summary:
      'Register a webhook for events of the library, changes of status and messages; the signing secret is returned only once',
    scope: 'admin',
    params: workspaceParams,
    body: createWebhookSchema,
    answer: { status: 201, schema: newWebhookSchema },
    problems: [
      ...([
        'webhook-address-refused',
        'event-unknown',
        'event-refused',
        'library-unavailable',
        'older-instance',
      ] as const),
    ],
    async handle({ service }, { params, body }) {
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      if (body.events) {
        await service.events.checkNames(libraryNames(body.events), await service.versionsOf(id));
        await service.events.checkInstances();
      }
      const made = await service.webhooks.create(id, body.url, body.events ?? null);
      return { ...webhookView(made), secret: made.secret };
    },
  }),
  route({
    method: 'DELETE',
    path: `${path}/:webhook`,
    summary: 'Delete a webhook',
    scope: 'admin',
    params: webhookParams,
    answer: { status: 204 },
    problems: ['webhook-unknown'],
    async handle({ service }, { params }) {
      await service.webhooks.delete(workspaceId(params.workspace), params.webhook);
      return undefined;
    },
  }),
  route({
    method: 'GET',
    path: `${path}/:webhook/deliveries`,
    summary: 'Deliveries in a state or in all, newest first, page by page; by default dead letters',
    scope: 'admin',
    params: webhookParams,
    query: deliveriesQuery,
    answer: { status: 200, schema: deliveriesSchema },
    problems: ['webhook-unknown'],
    async handle({ service }, { params, query }) {
      const { workspace, webhook } = params;
      const limit = Number(query.limit);
      const [createdAt = '', id = ''] = query.after?.split('.') ?? [];
      const after = query.after === undefined ? null : { createdAt: Number(createdAt), id };
      const page = { state: query.state, limit: limit + 1, after };
      const rows = await service.webhooks.deliveries(workspaceId(workspace), webhook, page);
      return pageOf(rows, limit, deliveryView, ({ createdAt, id }) => `${createdAt}.${id}`);
    },
  }),
  route({
    method: 'POST',
    path: `${path}/:webhook/resend`,
    summary: 'Send all dead letters again',
    scope: 'admin',
    params: webhookParams,
    answer: { status: 202, schema: resentSchema },
    problems: ['webhook-unknown'],
    handle: async ({ service }, { params }) => ({
      resent: await service.webhooks.resend(workspaceId(params.workspace), params.webhook),
    }),
  }),
  route({
    method: 'POST',
    path: `${path}/:webhook/deliveries/:delivery/resend`,
    summary: 'Send one dead letter again',
    scope: 'admin',
    params: deliveryParams,
    answer: { status: 202, schema: resentSchema },
    problems: ['webhook-unknown', 'delivery-unknown'],
    async handle({ service }, { params: { workspace, webhook, delivery } }) {
      await service.webhooks.resendOne(workspaceId(workspace), webhook, delivery);
      return { resent: 1 };
    },
  }),
];

function webhookView({ id, url, events, createdAt, failingSince, pending, oldestPendingAt, dead }: Webhook) {
  const times = { createdAt: iso(createdAt), failingSince: isoOrNull(failingSince) };
  return { id, url, events, ...times, pending, oldestPendingAt: isoOrNull(oldestPendingAt), dead };
}

function deliveryView({ createdAt, lastAttemptAt, nextAttemptAt, ...delivery }: Delivery) {
  const tries = { lastAttemptAt: isoOrNull(lastAttemptAt), nextAttemptAt: isoOrNull(nextAttemptAt) };
  return { ...delivery, createdAt: iso(createdAt), ...tries };
}
