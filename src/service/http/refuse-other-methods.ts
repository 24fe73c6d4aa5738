import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Problem } from '../problems.ts';

/** What clients send; whatever else they think of is no address. */
const known: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Answers a method that an address does not take with the ones that it does. To be called before the first route is added; what it
 * returns adds the refusals, when the last one is.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = taken.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    taken.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...taken]) {
      const allow = [...methods].join(', ');
      // An address without GET has no HEAD either.
      const others = known.filter((method) => !methods.has(method) && (method !== 'HEAD' || methods.has('GET')));
      app.route({
        method: others,
        url,
        // Before the body is read: it may be anything.
        onRequest: async (_, reply) => {
          reply.header('allow', allow);
          throw new Problem('method-not-allowed');
        },
        handler: () => {},
      });
    }
  };
}
