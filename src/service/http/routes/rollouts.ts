import {
  advanceRolloutSchema,
  createRolloutSchema,
  historyQuery,
  idParams,
  rolloutDecisionsSchema,
  rolloutSchema,
  rolloutsSchema,
  rolloutVerdictSchema,
} from '../../../contracts/service-api.ts';
import { verdictSchema } from '../../../contracts/verdict.ts';
import { type Route, route } from './route.ts';
import { pageOf, rolloutDecisionView, rolloutView } from './views.ts';

/** As many as a person looks at; rollouts are rare. */
const shown = 50;

export const rolloutRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/rollouts',
    summary: `The newest ${shown} rollouts`,
    scope: 'read',
    answer: { status: 200, schema: rolloutsSchema },
    problems: [],
    handle: async ({ service }) => ({ items: (await service.rollouts.list(shown)).map(rolloutView) }),
  }),
  route({
    method: 'POST',
    path: '/v1/rollouts',
    summary: 'Start a rollout from one library version to another, at the first percent',
    scope: 'admin',
    body: createRolloutSchema,
    answer: { status: 201, schema: rolloutSchema },
    problems: ['library-unavailable', 'rollout-active'],
    async handle({ service }, { body: { baseline, candidate } }) {
      for (const version of [baseline, candidate]) await service.sessions.prepareLibrary(version);
      return rolloutView(await service.rollouts.create(baseline, candidate));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/rollouts/:id',
    summary: 'One rollout with its steps',
    scope: 'read',
    params: idParams,
    answer: { status: 200, schema: rolloutSchema },
    problems: ['rollout-unknown'],
    handle: async ({ service }, { params }) => rolloutView(await service.rollouts.get(params.id)),
  }),
  route({
    method: 'GET',
    path: '/v1/rollouts/:id/verdict',
    summary: 'The verdict of the gate on the traffic of both versions since the current step began',
    scope: 'read',
    params: idParams,
    answer: { status: 200, schema: verdictSchema },
    problems: ['rollout-unknown'],
    handle: ({ service }, { params }) => service.rolloutJudge.verdict(params.id),
  }),
  route({
    method: 'GET',
    path: '/v1/rollouts/:id/decisions',
    summary: 'Every decision on a rollout and why, newest first; a hold is written again only when its reason changes',
    scope: 'read',
    params: idParams,
    query: historyQuery,
    answer: { status: 200, schema: rolloutDecisionsSchema },
    problems: ['rollout-unknown'],
    async handle({ service }, { params, query }) {
      const limit = Number(query.limit);
      const rows = await service.rollouts.decisions(
        params.id,
        limit + 1,
        Number(query.after ?? Number.MAX_SAFE_INTEGER),
      );
      return pageOf(rows, limit, rolloutDecisionView, ({ seq }) => seq);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/rollouts/:id/advance',
    summary: 'Advance to the next step, or finish after the last one',
    scope: 'admin',
    params: idParams,
    body: advanceRolloutSchema,
    answer: { status: 200, schema: rolloutSchema },
    problems: ['rollout-unknown', 'rollout-over', 'rollout-moved'],
    handle: async ({ service }, { params, body }) =>
      rolloutView(await service.rollouts.advance(params.id, body?.percent)),
  }),
  route({
    method: 'POST',
    path: '/v1/rollouts/:id/rollback',
    summary: 'Return all accounts to the baseline, without a new code',
    scope: 'admin',
    params: idParams,
    answer: { status: 200, schema: rolloutSchema },
    problems: ['rollout-unknown', 'rollout-over'],
    handle: async ({ service }, { params }) => rolloutView(await service.rollouts.rollBack(params.id)),
  }),
  route({
    method: 'POST',
    path: '/v1/rollouts/:id/verdict',
    summary: 'Hand in a verdict: promote advances, block rolls back, inconclusive holds',
    scope: 'admin',
    params: idParams,
    body: rolloutVerdictSchema,
    answer: { status: 200, schema: rolloutSchema },
    problems: ['rollout-unknown', 'rollout-over', 'rollout-moved'],
    handle: async ({ service }, { params, body }) => rolloutView(await service.rollouts.apply(params.id, body.verdict)),
  }),
];
