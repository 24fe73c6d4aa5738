import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenSpan, Tracing } from '../../telemetry/tracing.ts';
import type { RequestOrigin } from '../request-origin.ts';

/**
 * Answers each request with its id, and traces those that need a key: as a part of the trace that the caller names in `traceparent`, if it does.
 * Returns what names a request elsewhere.
 *
 * @param codeOf the code of the problem that a request was answered with; null for none.
 */
export function traceRequests(
  app: FastifyInstance,
  tracing: Tracing,
  codeOf: (request: FastifyRequest) => string | null,
): (request: FastifyRequest) => RequestOrigin {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const { operation } = request.routeOptions.config;
    if (!operation || operation.scope === 'public') return;
    const { method, path } = operation;
    const { traceparent } = request.headers;
    const parent = typeof traceparent === 'string' ? traceparent : null;
    const facts = { 'http.request.method': method, 'http.route': path, 'wwebjs.request': request.id };
    spans.set(request, tracing.start({ name: `${method} ${path}`, kind: 'server', parent, facts }));
  });
  app.addHook('onResponse', async (request, { statusCode }) => {
    // The mistake of a caller is no failure of the server.
    const failure = statusCode < 500 ? null : (codeOf(request) ?? String(statusCode));
    spans.get(request)?.end(failure, { 'http.response.status_code': statusCode });
  });
  return (request) => ({ request: request.id, traceparent: spans.get(request)?.traceparent ?? null });
}
