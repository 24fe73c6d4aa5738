import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems.ts';
import type { ApiScope } from '../tables.ts';
import { type ApiKeys, allows } from './api-keys.ts';

/** Who calls: the id of an API key, or `open` on a loopback address where no key was ever made. */
export type Caller = string;

const loopbackNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Lets a request through, or not.
 *
 * @param open true when the service is bound to loopback: while it has no keys it asks for none. Any web page that the user visits can send requests
 *   there too, so the host must be a loopback name and the origin, where the browser tells one, this service itself.
 * @throws Problem `unauthorized`, `forbidden`
 */
export async function authorize(
  request: FastifyRequest,
  scope: ApiScope,
  keys: ApiKeys,
  open: boolean,
): Promise<Caller> {
  const { authorization, host, origin } = request.headers;
  if (open && authorization === undefined && !(await keys.any())) {
    const foreign = origin !== undefined && origin !== `http://${host}`;
    if (!host || !loopbackNames.test(host) || foreign) {
      throw new Problem('forbidden', 'Without an API key only this machine itself may call, by the name localhost.');
    }
    return 'open';
  }
  const [, text] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
  const key = text === undefined ? null : await keys.find(text);
  if (!key) throw new Problem('unauthorized');
  if (!allows(key.scope, scope)) throw new Problem('forbidden', `This needs a key with the scope ${scope}.`);
  return key.id;
}
