import { condition } from './condition.ts';

export const slowCpu = condition({
  name: 'slow-cpu',
  what: 'The page’s main thread is busy most of the time, as on a machine that is shared by too many.',
  sources: ['a share of four fifths, as throttling by five gives it'],
  confidence: 'assumed',
  options: { busyShare: 0.8, everySeconds: 0.1 },
  page: ({ busyShare, everySeconds }) => ({
    busy: { busyMs: busyShare * everySeconds * 1000, everyMs: everySeconds * 1000 },
  }),
});
