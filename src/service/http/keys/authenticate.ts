import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../../contracts/is-loopback.ts';
import type { MethodRules } from '../../../contracts/service-calls.ts';
import type { ApiScope, KeyRejection } from '../../../contracts/service-states.ts';
import { Problem } from '../../problems.ts';
import type { WorkspaceId } from '../../session-ids.ts';
import type { ApiKeys } from './api-keys.ts';

/** Who calls, and what it may do. */
export interface Caller {
  /** The id of an API key, `open` on a loopback address where no key was ever made, or empty where none is needed. */
  id: string;
  scope: ApiScope;
  /** The only workspace that there is for the caller; null for a caller that may reach all. */
  workspace: WorkspaceId | null;
  /** Which methods of the library the caller may call; null for all. */
  methods: MethodRules | null;
}

/** The caller of an operation that needs no key. */
export const anonymous: Caller = { id: '', scope: 'read', workspace: null, methods: null };

/**
 * Who sends a request; why its key was rejected otherwise.
 *
 * @param open true when the service is bound to loopback: while it has no keys it asks for none, but who calls has to be `isLocal`.
 * @throws Problem `forbidden`
 */
export async function authenticate(
  request: FastifyRequest,
  keys: ApiKeys,
  open: boolean,
): Promise<Caller | KeyRejection> {
  const { authorization } = request.headers;
  if (open && authorization === undefined && !(await keys.any())) {
    if (!isLocal(request)) throw new Problem('forbidden', localOnly);
    return { id: 'open', scope: 'admin', workspace: null, methods: null };
  }
  if (authorization === undefined) return 'missing';
  // The name of a scheme has no case (RFC 9110, 11.1).
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  return text === undefined ? 'unknown' : keys.find(text);
}

/** The message for a caller that is not `isLocal`. */
export const localOnly = 'Without an API key only this machine itself may call, by the name localhost.';

/**
 * True for requests of this machine's own programs. Any web page that the user visits can send requests to a loopback address too, so the
 * host must be a loopback name and the origin, where the browser sends one, this service itself.
 */
export function isLocal({ headers: { host = '', origin } }: FastifyRequest): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(name) && (origin === undefined || origin === `http://${host}`);
}
