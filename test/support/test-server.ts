import type { FastifyInstance, InjectOptions } from 'fastify';
import { defaultRequestLimits, type RequestLimits } from '../../src/service/http/admission.ts';
import { ApiKeys } from '../../src/service/http/keys/api-keys.ts';
import {
  type AnsweredWrite,
  createServer,
  type RejectedKeys,
  type ServerOptions,
} from '../../src/service/http/server.ts';
import type { Service, ServiceOptions } from '../../src/service/instance/service.ts';
import type { Problem } from '../../src/service/problems.ts';
import { startTestService } from './test-service.ts';

export interface TestServer {
  app: FastifyInstance;
  service: Service;
  /** An admin key. */
  key: string;
  keys: ApiKeys;
  troubles: Problem[];
  writes: AnsweredWrite[];
  rejectedKeys: RejectedKeys[];
  /** Sends a request with the admin key; the body of the answer is read as JSON. */
  ask(method: InjectOptions['method'], url: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>;
  /** @throws when an operation answered with a status that the OpenAPI document does not list. */
  stop(): Promise<void>;
}

export interface Asked {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  headers: Record<string, unknown>;
}

/** A service with its HTTP face, asked without a network. Only a test of the limits has any. `listens`: other instances reach it. */
export async function startTestServer(
  options: Pick<ServiceOptions, 'database' | 'openHost'> & Partial<ServiceOptions>,
  {
    open = false,
    listens = false,
    limits,
    trustedProxies,
  }: Partial<Pick<ServerOptions, 'open' | 'trustedProxies'>> & {
    limits?: Partial<RequestLimits>;
    listens?: boolean;
  } = {},
): Promise<TestServer> {
  const troubles: Problem[] = [];
  const writes: AnsweredWrite[] = [];
  const rejectedKeys: RejectedKeys[] = [];
  const answered = new Set<string>();
  const served = (service: Service) => {
    const app = createServer({
      service,
      version: '0.0.0',
      open,
      limits: { ...defaultRequestLimits, perAddress: 0, perKey: 0, maxDelayMs: 0, ...limits },
      ...(trustedProxies && { trustedProxies }),
      onTrouble: (_, problem) => troubles.push(problem),
      onWrite: (write) => writes.push(write),
      onRejectedKeys: (rejected) => rejectedKeys.push(rejected),
    });
    app.addHook('onSend', async ({ routeOptions: { config, url, method } }, { statusCode }) => {
      if (config.operation && method !== 'HEAD') answered.add(`${config.operation.method} ${url} ${statusCode}`);
    });
    return app;
  };
  const made = Promise.withResolvers<FastifyInstance>();
  const { service } = await startTestService(options, async (starting) => {
    const app = served(starting);
    made.resolve(app);
    return listens ? app.listen({ host: '127.0.0.1', port: 0 }) : null;
  });
  const app = await made.promise;
  const keys = new ApiKeys(service.database);
  const key = open ? '' : (await keys.create('test', 'admin')).key;
  return {
    app,
    service,
    key,
    keys,
    troubles,
    writes,
    rejectedKeys,
    async ask(method, url, body, headers = {}) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      } as InjectOptions);
      const json = String(answer.headers['content-type']).includes('json');
      return {
        status: answer.statusCode,
        body: json && answer.payload !== '' ? answer.json() : answer.payload,
        headers: answer.headers,
      };
    },
    async stop() {
      await app.ready();
      const unlisted = statusesNotIn(app.swagger(), answered);
      await app.close();
      await service.stop();
      if (unlisted.length > 0) throw new Error(`not in the OpenAPI document: ${unlisted.join(', ')}`);
    },
  };
}

/** Which answers, such as `GET /v1/workspaces 200`, a document does not list. */
function statusesNotIn({ paths = {} }: { paths?: object }, answered: ReadonlySet<string>): string[] {
  const operations = paths as Record<string, Record<string, { responses: Record<string, unknown> }>>;
  return [...answered].filter((answer) => {
    const [method = '', path = '', status = ''] = answer.split(' ');
    const responses = operations[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.responses ?? {};
    return !(status in responses);
  });
}
