import type { Route } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { canaryHistoryRoutes } from './routes/canary-history.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { linkRoutes } from './routes/links.ts';
import { matrixRoutes } from './routes/matrix.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

/** Every operation of the API. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...workspaceRoutes,
  ...accountRoutes,
  ...linkRoutes,
  ...rolloutRoutes,
  ...keyRoutes,
  ...matrixRoutes,
  ...canaryHistoryRoutes,
  ...webhookRoutes,
];
