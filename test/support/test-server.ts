import type { FastifyInstance, InjectOptions } from 'fastify';
import { ApiKeys } from '../../src/service/http/keys/api-keys.ts';
import { type AnsweredWrite, createServer } from '../../src/service/http/server.ts';
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
  /** Sends a request with the admin key; the body of the answer is read as JSON. */
  ask(method: InjectOptions['method'], url: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>;
  stop(): Promise<void>;
}

export interface Asked {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  headers: Record<string, unknown>;
}

/** A service with its HTTP face, asked without a network. */
export async function startTestServer(
  options: Pick<ServiceOptions, 'database' | 'openHost'> & Partial<ServiceOptions>,
  { open = false } = {},
): Promise<TestServer> {
  const { service } = await startTestService(options);
  const troubles: Problem[] = [];
  const writes: AnsweredWrite[] = [];
  const app = createServer({
    service,
    version: '0.0.0',
    open,
    onTrouble: (_, problem) => troubles.push(problem),
    onWrite: (write) => writes.push(write),
  });
  const keys = new ApiKeys(service.database);
  const key = open ? '' : (await keys.create('test', 'admin')).key;
  return {
    app,
    service,
    key,
    keys,
    troubles,
    writes,
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
      await app.close();
      await service.stop();
    },
  };
}
