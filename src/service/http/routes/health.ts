import { healthSchema, linkSuccessQuery, linkSuccessSchema, readinessSchema } from '../../../contracts/service-api.ts';
import { linkSuccess } from '../../accounts/link-success.ts';
import { Problem } from '../../problems.ts';
import { isLocal, localOnly } from '../keys/authenticate.ts';
import { type Route, route } from './route.ts';
import { iso } from './views.ts';

const dayMs = 86_400_000;

export const healthRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'The process works',
    scope: 'public',
    isProbe: true,
    answer: { status: 200, schema: healthSchema },
    problems: [],
    handle: async () => ({ status: 'ok' as const }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    summary: 'The database takes writes and the instance accepts work',
    scope: 'public',
    isProbe: true,
    answer: { status: 200, schema: readinessSchema },
    problems: ['database-unreachable', 'starting', 'draining', 'stopping'],
    async handle({ service }) {
      if (service.stopping) throw new Problem('stopping');
      if (!service.begun) throw new Problem('starting');
      if (service.draining) throw new Problem('draining');
      if (!(await service.isReady())) throw new Problem('database-unreachable');
      return { status: 'ready' as const, instance: service.id };
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics of this instance for Prometheus',
    scope: 'public',
    answer: { status: 200, media: 'text/plain' },
    problems: ['forbidden', 'database-unreachable'],
    async handle({ service, keys, open }, { request, reply }) {
      // Callers on this machine may read them even while the database, which has the keys, is unreachable.
      if (open && !isLocal(request) && !(await keys.any())) throw new Problem('forbidden', localOnly);
      const { registry } = service.metrics;
      await reply.type(registry.contentType).send(await registry.metrics());
      return undefined;
    },
  }),
  route({
    method: 'GET',
    path: '/v1/link-success',
    summary: 'How many links succeeded, by library version and build, from the history of the last day or since a time',
    scope: 'read',
    reach: 'every-key',
    query: linkSuccessQuery,
    answer: { status: 200, schema: linkSuccessSchema },
    problems: [],
    async handle({ service }, { query, caller }) {
      const since = query.since === undefined ? Date.now() - dayMs : Date.parse(query.since);
      return { since: iso(since), items: await linkSuccess(service.database, since, caller.workspace) };
    },
  }),
];
