import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../../contracts/is-loopback.ts';
import type { ApiScope } from '../../../contracts/service-states.ts';
import { Problem } from '../../problems.ts';
import type { ApiKeys } from './api-keys.ts';

/** Who calls: the id of an API key, or `open` on a loopback address where no key was ever made. */
export type Caller = string;

/**
 * Who sends a request, and what it may do.
 *
 * @param open true when the service is bound to loopback: while it has no keys it asks for none, but who calls has to be `isLocal`.
 * @throws Problem `unauthorized`, `forbidden`
 */
export async function authenticate(
  request: FastifyRequest,
  keys: ApiKeys,
  open: boolean,
): Promise<{ id: Caller; scope: ApiScope }> {
  const { authorization } = request.headers;
  if (open && authorization === undefined && !(await keys.any())) {
    if (!isLocal(request)) throw new Problem('forbidden', localOnly);
    return { id: 'open', scope: 'admin' };
  }
  // The name of a scheme has no case (RFC 9110, 11.1).
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  const key = text === undefined ? null : await keys.find(text);
  if (!key) throw new Problem('unauthorized');
  return key;
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
