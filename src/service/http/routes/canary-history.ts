import { canaryHistoryQuery, servedHistorySchema } from '../../../contracts/canary-history.ts';
import { InputError } from '../../../contracts/input-error.ts';
import { readHistoryInThread } from '../../../report/history/read-in-thread.ts';
import { linkHistory } from '../../accounts/link-history.ts';
import { Problem } from '../../problems.ts';
import { type Route, route } from './route.ts';

export const canaryHistoryRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/canary-history',
    summary: 'How versions did over time: the canaries of this machine, and the links of all instances',
    scope: 'read',
    reach: 'every-key',
    query: canaryHistoryQuery,
    answer: { status: 200, schema: servedHistorySchema },
    problems: [],
    async handle({ service }, { query: { window, library, build }, caller }) {
      const question = { window, libraries: library?.split(','), builds: build?.split(',') };
      const history = await readHistoryInThread(question).catch((error) => {
        throw error instanceof InputError ? new Problem('invalid-request', error.message) : error;
      });
      const buckets = history.buckets.map((start) => Date.parse(start));
      const links = await linkHistory(service.database, buckets, history.bucketMs, caller.workspace);
      const wanted = ({ library: hosted }: { library: string }) => question.libraries?.includes(hosted) ?? true;
      return { ...history, links: links.filter(wanted) };
    },
  }),
];
