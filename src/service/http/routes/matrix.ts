import { servedMatrixSchema } from '../../../contracts/service-api.ts';
import { readNewestRunInThread } from '../../../report/history/read-in-thread.ts';
import { type Route, route } from './route.ts';

export const matrixRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/matrix',
    summary: 'The newest run of the canaries on this machine, cell by cell',
    scope: 'read',
    reach: 'every-key',
    answer: { status: 200, schema: servedMatrixSchema },
    problems: [],
    handle: () => readNewestRunInThread(),
  }),
];
