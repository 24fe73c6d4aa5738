/** The words that tables, API and metrics of the service share. */

/** The statuses of an account; which may follow which is the table `account_transitions`. */
export const accountStatuses = [
  'qr_scanning',
  'authenticated',
  'connected',
  'disconnected',
  'inactive',
  'failed',
] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** An account in one of these holds its number: no other account of the workspace can have it. */
export const activeStatuses = [
  'qr_scanning',
  'authenticated',
  'connected',
  'disconnected',
] as const satisfies AccountStatus[];

/** How a start of a session ended: `stopped` on request, `abandoned` by an instance that lost the lease. */
export const startOutcomes = ['ready', 'failed', 'stopped', 'abandoned'] as const;
export type StartOutcome = (typeof startOutcomes)[number];

/** What an API key allows; each scope includes those before it. */
export const apiScopes = ['read', 'link', 'admin'] as const;
export type ApiScope = (typeof apiScopes)[number];

export const rolloutStates = ['active', 'finished', 'rolled_back'] as const;
export type RolloutState = (typeof rolloutStates)[number];
