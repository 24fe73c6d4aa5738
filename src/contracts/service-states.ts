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

/** What a list of accounts may be sorted by. */
export const accountSorts = ['id', 'since', 'phone', 'status', 'library'] as const;
export type AccountSort = (typeof accountSorts)[number];
export const sortOrders = ['ascending', 'descending'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** An account in one of these holds its number: no other account of the workspace can have it. */
export const activeStatuses = [
  'qr_scanning',
  'authenticated',
  'connected',
  'disconnected',
] as const satisfies AccountStatus[];

/** An account in one of these has a session that an instance runs. */
export const hostedStatuses = ['authenticated', 'connected'] as const satisfies AccountStatus[];

/** The steps of a session that an instance runs. */
export const sessionSteps = ['starting', 'scanning', 'authenticated', 'ready'] as const;
export type SessionStep = (typeof sessionSteps)[number];

/** Where a session gets its host from: one that waited with its library in memory, one that it shares, or one that is started for it. */
export const hostOrigins = ['warm', 'shared', 'cold'] as const;
export type HostOrigin = (typeof hostOrigins)[number];

/** How a link ended; one that was given up is neither. */
export const linkOutcomes = ['ready', 'failed'] as const;
export type LinkOutcome = (typeof linkOutcomes)[number];

/** How a start of a session ended: `stopped` on request, `abandoned` by an instance that lost the lease. */
export const startOutcomes = ['ready', 'failed', 'stopped', 'abandoned'] as const;
export type StartOutcome = (typeof startOutcomes)[number];

/** What happened to a text from one canary account to another; without ticks in time it says nothing about the receiver. */
export const probeOutcomes = ['heard', 'deaf', 'undelivered'] as const;
export type ProbeOutcome = (typeof probeOutcomes)[number];

/** The unique indexes whose violations are counted, and what was done about one. */
export const uniqueConstraints = ['unique_active_phone_workspace'] as const;
export const violationOutcomes = ['resolved', 'surfaced'] as const;
export type ViolationOutcome = (typeof violationOutcomes)[number];

/** The periods, in milliseconds, over which the success of links is shown. */
export const linkSuccessWindows = { '1h': 3_600_000, '24h': 86_400_000 } as const;
export type LinkSuccessWindow = keyof typeof linkSuccessWindows;

/** What an API key allows; each scope includes those before it. */
export const apiScopes = ['read', 'link', 'call', 'admin'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** Why an API key was rejected. */
export const keyRejections = ['missing', 'unknown', 'expired'] as const;
export type KeyRejection = (typeof keyRejections)[number];

/** Why a session moved to another instance. */
export const moveReasons = ['drain', 'rebalance'] as const;
export type MoveReason = (typeof moveReasons)[number];

/** How a move ended: `ended` where the account became inactive meanwhile. */
export const moveOutcomes = ['arrived', 'failed', 'ended'] as const;
export type MoveOutcome = (typeof moveOutcomes)[number];

export const rolloutStates = ['active', 'finished', 'rolled_back'] as const;
export type RolloutState = (typeof rolloutStates)[number];

/** How an attempt to deliver to a webhook ended: `refused` with a status that is no success, `unreachable` without any answer. */
export const deliveryOutcomes = ['delivered', 'refused', 'unreachable'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** A delivery is pending until it is delivered or, after the last attempt, a dead letter. */
export const deliveryStates = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof deliveryStates)[number];
