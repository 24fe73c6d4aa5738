import { accountBrowserRoutes } from './account-browser.ts';
import { accountListRoutes } from './account-lists.ts';
import { accountRoutes } from './accounts.ts';
import { callRoutes } from './calls.ts';
import { canaryHistoryRoutes } from './canary-history.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { instanceRoutes } from './instances.ts';
import { keyRoutes } from './keys.ts';
import { linkRoutes } from './links.ts';
import { matrixRoutes } from './matrix.ts';
import { overviewRoutes } from './overview.ts';
import { rolloutRoutes } from './rollouts.ts';
import type { Route } from './route.ts';
import { webhookRoutes } from './webhooks.ts';
import { workspaceRoutes } from './workspaces.ts';

/** Every operation of the API. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...overviewRoutes,
  ...workspaceRoutes,
  ...accountListRoutes,
  ...accountRoutes,
  ...accountBrowserRoutes,
  ...linkRoutes,
  ...callRoutes,
  ...eventRoutes,
  ...rolloutRoutes,
  ...instanceRoutes,
  ...keyRoutes,
  ...matrixRoutes,
  ...canaryHistoryRoutes,
  ...webhookRoutes,
];
