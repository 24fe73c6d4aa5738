import { idParams, instanceSchema, instancesSchema } from '../../../contracts/service-api.ts';
import { type Route, route } from './route.ts';
import { instanceView } from './views.ts';

const drain = {
  path: '/v1/instances/:id/drain',
  scope: 'admin',
  params: idParams,
  answer: { status: 200, schema: instanceSchema },
  problems: ['instance-unknown', 'older-instance'],
} as const;

export const instanceRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/instances',
    summary: 'The instances that run, with their sessions and limits',
    scope: 'read',
    answer: { status: 200, schema: instancesSchema },
    problems: [],
    handle: async ({ service }) => ({ items: (await service.instances.list()).map(instanceView) }),
  }),
  route({
    ...{ ...drain, problems: [...drain.problems] },
    method: 'POST',
    summary: 'Drain an instance: it takes no new session, and its sessions move to others a few at a time',
    handle: async ({ service }, { params }) => instanceView(await service.drain(params.id, true)),
  }),
  route({
    ...{ ...drain, problems: [...drain.problems] },
    method: 'DELETE',
    summary: 'End the drain of an instance: it takes sessions again',
    handle: async ({ service }, { params }) => instanceView(await service.drain(params.id, false)),
  }),
];
