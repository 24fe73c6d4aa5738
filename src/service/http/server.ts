import { setImmediate } from 'node:timers/promises';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { KeyRejection } from '../../contracts/service-states.ts';
import { buildConsole, type ConsoleFile, consolePolicy } from '../../web/console/build-console.ts';
import type { Service } from '../instance/service.ts';
import { loggableText } from '../loggable.ts';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import { requestIdOf } from '../request-origin.ts';
import { admitRequests, defaultRequestLimits, type RequestLimits } from './admission.ts';
import { Idempotency, unknownOutcomeOf } from './idempotency.ts';
import { ApiKeys } from './keys/api-keys.ts';
import type { Caller } from './keys/authenticate.ts';
import { openapiOptions } from './openapi.ts';
import { problemBody, problemOf } from './problem-answer.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { OpenStreams } from './routes/open-streams.ts';
import type { Route, RouteContext } from './routes/route.ts';
import { routes } from './routes/routes.ts';
import { sampled } from './sampled.ts';
import { traceRequests } from './trace-requests.ts';
import { answerUnreadable } from './unreadable-requests.ts';

export interface ServerOptions {
  service: Service;
  /** Version of this program, for the OpenAPI document. */
  version: string;
  /** True when the service is bound to a loopback address: calls need no key until the first one is made. */
  open: boolean;
  limits?: RequestLimits;
  /** Addresses or networks of the proxies whose `X-Forwarded-For` names the caller; without any, the caller is the peer. */
  trustedProxies?: readonly string[];
  /**
   * Called when the service or the library could not fulfil a request, with the internal error. Failed calls of methods are sampled: `count`
   * says how many of them failed in the same way since the one before.
   */
  onTrouble(requestId: string, problem: Problem, count: number): void;
  /** Called with every write when it is answered. */
  onWrite?(write: AnsweredWrite): void;
  /** Called with keys that were rejected, sampled. */
  onRejectedKeys?(rejected: RejectedKeys): void;
}

/** Rejected keys since the report before, for the log. */
export interface RejectedKeys {
  reason: KeyRejection;
  /** How many keys were rejected for this reason since the report before, this one included. */
  count: number;
  /** Where the last one came from. */
  address: string;
}

/** Who asked for what, and what came of it. */
export interface AnsweredWrite {
  request: string;
  /** The id of an API key, or `open`; null for an unauthenticated caller. */
  key: string | null;
  method: Route['method'];
  path: string;
  status: number;
  code: ProblemCode | null;
}

/** Problems that an operator has to look into; the others are the caller's, or logged elsewhere. */
const troubles: ReadonlySet<ProblemCode> = new Set([
  'internal',
  'send-failed',
  'send-unknown',
  'call-failed',
  'call-unknown',
]);

const maxBodyBytes = 64 * 1024;
/** How often Node looks for requests that are not complete in time, in milliseconds. */
const lookEveryMs = 1_000;
const idempotencyKeyPattern = /^[\x21-\x7e]{1,200}$/;

/** The HTTP face of one instance. */
export function createServer({
  service,
  version,
  open,
  limits = defaultRequestLimits,
  trustedProxies = [],
  onTrouble,
  onWrite,
  onRejectedKeys,
}: ServerOptions): FastifyInstance {
  const context: RouteContext = {
    service,
    keys: new ApiKeys(service.database),
    open,
    streams: new OpenStreams(limits.streamsPerKey),
  };
  const idempotency = new Idempotency(service.database);
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: limits.requestMs,
    // A missing `Host` is answered like any other mistake, not by Node.
    http: { headersTimeout: limits.requestMs, connectionsCheckingInterval: lookEveryMs, requireHostHeader: false },
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    // A stop waits for answers that are under way; connections that only stand open are closed.
    forceCloseConnections: 'idle',
    // What arrives during a stop is answered by its route.
    return503OnClosing: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply as unknown as FastifyReply),
  });
  // An expectation that HTTP does not define is ignored (RFC 9110, 10.1.1); Node would answer it without a body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  const callFailed = sampled<string, { id: string; problem: Problem }>(({ id, problem }, count) =>
    onTrouble(id, problem, count),
  );
  const codes = new WeakMap<FastifyRequest, ProblemCode>();
  const answerProblem = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error);
    const { status } = problems[problem.code];
    codes.set(request, problem.code);
    if (problem.code === 'call-failed') callFailed(kindOf(problem), { id: request.id, problem });
    else if (troubles.has(problem.code)) onTrouble(request.id, problem, 1);
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    if (problem.retryAfterSeconds !== null) reply.header('retry-after', problem.retryAfterSeconds);
    // A short body comes together with the headers, and is read right after them.
    if (!request.raw.complete) await setImmediate();
    // The rest of a longer one, which will not be used, is not waited for.
    if (!request.raw.complete) reply.header('connection', 'close');
    return reply.status(status).type('application/problem+json').send(problemBody(problem, request.id));
  };
  const originOf = traceRequests(app, service.tracing, (request) => codes.get(request) ?? null);
  app.addHook('onResponse', async ({ method, routeOptions: { url, config } }, { statusCode: status, elapsedTime }) => {
    if (config.operation?.answer.media === 'text/event-stream') return;
    service.metrics.answered({ method, route: url ?? null, status, tookMs: elapsedTime });
  });
  const rejected = sampled<KeyRejection, string>((address, count, reason) =>
    onRejectedKeys?.({ reason, count, address }),
  );
  const callerOf = admitRequests(app, context, limits, (reason, address) => {
    service.metrics.rejectedKey(reason);
    rejected(reason, address);
  });
  // What is not JSON would reach the schemas as one long text.
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  // Clients name the type also where there is no body.
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) =>
    text === '' ? done(null, undefined) : parse(request, text, done),
  );
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => answerProblem(new Problem('not-found'), request, reply));
  const refuseOthers = refuseOtherMethods(app);
  app.register(fastifySwagger, openapiOptions(version));
  app.get('/openapi.json', () => app.swagger());
  serveConsole(app);
  // @fastify/swagger sees the routes that are added after it was loaded.
  app.register(async (api) => {
    for (const route of routes) {
      api.route({
        config: { operation: route },
        method: route.method,
        url: route.path,
        ...(route.bodyBytes !== undefined && { bodyLimit: route.bodyBytes }),
        // A HEAD request must not wait for the end of a stream.
        exposeHeadRoute: route.answer.media !== 'text/event-stream',
        onResponse: async (request, { statusCode: status }) => {
          const { method } = route;
          if (method === 'GET') return;
          const code = codes.get(request) ?? null;
          const key = callerOf(request).id || null;
          onWrite?.({ request: request.id, key, method, path: loggablePath(request.url), status, code });
        },
        handler: async (request, reply) => {
          const caller = callerOf(request);
          const parts = { ...readParts(route, request), caller, origin: originOf(request), request, reply };
          if (route.answer.media) return route.handle(context, parts as never);
          const run = () => answerOf(route, context, parts);
          const key = idempotencyKey(route, request);
          const answer = key === null ? await run() : await once(idempotency, route, request, caller, key, run, reply);
          reply.status(answer.status);
          // Caches must not store codes to scan, new keys and numbers.
          reply.header('cache-control', 'no-store');
          if (answer.body !== null) reply.type('application/json; charset=utf-8');
          return reply.send(answer.body ?? undefined);
        },
      });
    }
    refuseOthers();
  });
  return app;
}

/** Failures of calls with the same words, numbers aside, or at the same line of the library are of one kind. */
function kindOf({ message, explained }: Problem): string {
  return explained?.libraryFile ? `${explained.libraryFile}:${explained.libraryLine}` : loggableText(message);
}

/** Without its query, and without a phone number that a caller used as an id. */
function loggablePath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/\/\d{7,}(?=\/|$)/g, '/#').slice(0, 300);
}

/** The console is files only: what it shows comes from the API, with the key of the user. */
function serveConsole(app: FastifyInstance): void {
  let files: ReturnType<typeof buildConsole> | undefined;
  for (const path of ['/', '/console/style.css', '/console/app.js']) {
    app.get(path, async (_, reply) => {
      files ??= buildConsole();
      const file = (await files)[path] as ConsoleFile;
      return reply
        .type(file.type)
        .header('content-security-policy', consolePolicy)
        .header('x-content-type-options', 'nosniff')
        .send(file.text);
    });
  }
}

async function once(
  idempotency: Idempotency,
  route: Route,
  request: FastifyRequest,
  { id: caller }: Caller,
  key: string,
  run: () => ReturnType<typeof answerOf>,
  reply: FastifyReply,
) {
  const { method, url: path, body, headers } = request;
  const credential = headers.authorization ?? '';
  const unknown = unknownOutcomeOf(route.problems);
  const answer = await idempotency.once({ caller, credential, key, method, path, body, unknown }, run);
  if (answer.replayed) reply.header('idempotency-replayed', 'true');
  return answer;
}

/** Runs the handler and holds its answer against the schema that the document promises. */
async function answerOf(
  route: Route,
  context: RouteContext,
  parts: object,
): Promise<{ status: number; body: string | null }> {
  const result = await route.handle(context, parts as never);
  const { status, schema } = route.answer;
  return { status, body: schema ? JSON.stringify(schema.parse(result)) : null };
}

function readParts(route: Route, request: FastifyRequest): { params: unknown; query: unknown; body: unknown } {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  // Fastify does not read the body of a GET.
  if (route.method === 'GET' && (length !== '0' || encoding !== undefined)) {
    throw new Problem('invalid-request', 'A GET takes no body.');
  }
  if (Object.values(request.params as object).includes('')) throw new Problem('not-found');
  const params = read(route.params, request.params);
  const query = read(route.query, request.query);
  const body = read(route.body, request.body);
  return { params, query, body };
}

/** Where nothing is expected nothing may be sent: a field that is ignored silently is a trap. */
function read(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) {
    const sent = value !== null && value !== undefined && (typeof value !== 'object' || Object.keys(value).length > 0);
    if (sent)
      throw new Problem('invalid-request', 'The request has a body or a query that this operation does not accept.');
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0];
  const field = where?.path.join('.');
  throw new Problem('invalid-request', `${field ? `${field}: ` : ''}${where?.message}`, { cause: result.error });
}

function idempotencyKey(route: Route, request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (route.method === 'GET' || key === undefined) return null;
  if (typeof key === 'string' && idempotencyKeyPattern.test(key)) return key;
  throw new Problem('invalid-request', 'The header Idempotency-Key takes 1 to 200 visible characters.');
}
