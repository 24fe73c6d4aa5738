import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeyRejection } from '../../contracts/service-states.ts';
import { Problem } from '../problems.ts';
import { workspaceId } from '../session-ids.ts';
import { allows } from './keys/api-keys.ts';
import { anonymous, authenticate, type Caller } from './keys/authenticate.ts';
import { isForwarded } from './keys/forward-mark.ts';
import type { Route, RouteContext } from './routes/route.ts';
import { WorkspaceCalls } from './workspace-calls.ts';

/** What one instance accepts. */
export interface RequestLimits {
  /** Requests a second from one address, on average over ten seconds; 0 is no limit. An IPv6 network of 64 bits counts as one address. */
  perAddress: number;
  /** Requests a second with one API key, on average over ten seconds; 0 is no limit. */
  perKey: number;
  /** Streams of accounts that one API key may have open; 0 is no limit. */
  streamsPerKey: number;
  /** The mean delay of the event loop in the last second, in milliseconds, from which on the API refuses requests; 0 never refuses. */
  maxDelayMs: number;
  /** A request that is not complete after this time ends with the problem `request-timeout`, in milliseconds. */
  requestMs: number;
}

export const defaultRequestLimits: RequestLimits = {
  perAddress: 500,
  perKey: 500,
  streamsPerKey: 100,
  maxDelayMs: 1_000,
  requestMs: 30_000,
};

const windowMs = 10_000;
/** What a caller of an overloaded instance waits for, in seconds: the delay is measured each second. */
const overloadedForSeconds = 5;

const rejections: Record<KeyRejection, string> = {
  missing: 'The header Authorization: Bearer KEY is missing.',
  unknown: 'There is no such API key.',
  expired: 'The API key has expired.',
};

/**
 * Decides before the body is read whether a request is admitted: the limit of its address, then its key with the limit, workspace and
 * scope of that, then the quota of the workspace. A request that another instance forwarded was counted there. Returns the caller of a request that was admitted.
 *
 * @param onRejectedKey called with the reason and the address of the caller.
 */
export function admitRequests(
  app: FastifyInstance,
  { service, keys, open }: RouteContext,
  { perAddress, perKey, maxDelayMs }: RequestLimits,
  onRejectedKey: (why: KeyRejection, address: string) => void,
): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const callerOf = (request: FastifyRequest) => callers.get(request) ?? anonymous;
  const calls = new WorkspaceCalls(service.database);
  let limitAddress: Limit = async () => {};
  let limitKey: Limit = async () => {};
  app.register(rateLimit, { global: false });
  // It only measures; what is refused is decided below.
  app.register(underPressure, { maxEventLoopDelay: maxDelayMs, pressureHandler: () => {} });
  app.after(() => {
    limitAddress = limit(app, perAddress, {});
    limitKey = limit(app, perKey, { keyGenerator: (request) => callerOf(request).id });
  });
  app.addHook('onRequest', async (request) => {
    const { headers, raw, ip } = request;
    if (raw.httpVersion === '1.1' && headers.host === undefined)
      throw new Problem('invalid-request', 'The header Host is missing.');
    const { operation: route } = request.routeOptions.config;
    if (route?.isProbe) return;
    const wasCounted = isForwarded(service.sealer, request);
    if (!wasCounted) await limitAddress(request);
    if (request.is404) throw new Problem('not-found');
    if (!route || route.scope === 'public') return;
    if (app.isUnderPressure()) throw new Problem('overloaded', undefined, { retryAfterSeconds: overloadedForSeconds });
    const caller = await authenticate(request, keys, open);
    if (typeof caller === 'string') {
      onRejectedKey(caller, ip);
      throw new Problem('unauthorized', rejections[caller]);
    }
    callers.set(request, caller);
    if (!wasCounted) await limitKey(request);
    const { workspace } = request.params as { workspace?: string };
    checkReach(caller, route, workspace);
    if (!allows(caller.scope, route.scope))
      throw new Problem('forbidden', `This needs a key with the scope ${route.scope}.`);
    // Who sets the quotas of a workspace is not limited by them.
    if (workspace !== undefined && route.reach !== 'all-workspaces' && !wasCounted)
      await calls.count(workspaceId(workspace));
  });
  return callerOf;
}

type Limit = (request: FastifyRequest) => Promise<void>;

/** Throws the problem `too-many-requests` from the request on that is one too many. */
function limit(app: FastifyInstance, perSecond: number, options: CreateRateLimitOptions): Limit {
  if (perSecond === 0) return async () => {};
  const count = app.createRateLimit({ ...options, max: (perSecond * windowMs) / 1_000, timeWindow: windowMs });
  return async (request) => {
    const counted = await count(request);
    if (!counted.isAllowed && counted.isExceeded)
      throw new Problem('too-many-requests', undefined, { retryAfterSeconds: counted.ttlInSeconds });
  };
}

/** To a key of one workspace, no other workspace exists. @throws Problem `workspace-unknown`, `forbidden` */
function checkReach({ workspace }: Caller, { reach }: Route, named: string | undefined): void {
  if (workspace === null || reach === 'every-key') return;
  if (named !== undefined && named !== workspace) throw new Problem('workspace-unknown');
  if (named === undefined || reach === 'all-workspaces')
    throw new Problem('forbidden', 'This needs a key for all workspaces.');
}
