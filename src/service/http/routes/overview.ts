import { overviewSchema, statusHistorySchema } from '../../../contracts/overview.ts';
import { statusHistory } from '../../accounts/status-history.ts';
import { readOverview } from './read-overview.ts';
import { type Route, route } from './route.ts';
import { iso } from './views.ts';

/** The last day in half hours. */
const steps = 48;
const stepMs = 1_800_000;

export const overviewRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/overview',
    summary: 'What needs a person now: sessions, logins and webhooks that failed; restorations, instances and rollout',
    scope: 'read',
    reach: 'every-key',
    answer: { status: 200, schema: overviewSchema },
    problems: [],
    handle: ({ service }, { caller }) => readOverview(service, caller.workspace),
  }),
  route({
    method: 'GET',
    path: '/v1/account-statuses',
    summary: 'How many accounts had each status over the last day, in half hours, and have it now',
    scope: 'read',
    reach: 'every-key',
    answer: { status: 200, schema: statusHistorySchema },
    problems: [],
    async handle({ service }, { caller: { workspace } }) {
      const points = await statusHistory(service.database, { steps, stepMs, workspace });
      return { stepMs, points: points.map(({ at, accounts }) => ({ at: iso(at), accounts })) };
    },
  }),
];
