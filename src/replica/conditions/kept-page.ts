import { condition } from './condition.ts';

/**
 * Public builds of 2026 answer stickers and videos only (WAWebSw), and still have what keeps answers by the version of the build
 * (WAWebSwCacheHelper). That the page itself comes from a worker is reported, and differs from one load to the next.
 */
export const keptPage = condition({
  name: 'kept-page',
  what: 'The service worker keeps the html of its build, and answers with it until the page has updated its worker.',
  sources: [
    'docs/12 of rmyndharis/OpenWA: the worker serves its own cached build',
    'WAWebSwBase, WAWebSwCacheHelper, WAWebSwUpdater and WAWebUpdater of 2026',
  ],
  confidence: 'reported',
  options: { refresh: false },
  page: ({ refresh }) => ({ serviceWorker: refresh ? 'refreshes' : 'registers' }),
  server: () => ({ workerKeepsPage: true }),
});
