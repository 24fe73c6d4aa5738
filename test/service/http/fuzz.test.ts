import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { problemSchema } from '../../../src/contracts/service-api.ts';
import { problemsOf } from '../../../src/service/http/openapi.ts';
import type { Route } from '../../../src/service/http/routes/route.ts';
import { routes } from '../../../src/service/http/routes/routes.ts';
import { type ProblemCode, problems } from '../../../src/service/problems.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { valuesOf } from './values-of.ts';

let server: TestServer;
/** Ids that exist, so that requests get past the first check; `id` is that of a key or of a rollout, by the path. */
const known = { workspace: '', account: '', webhook: '', key: '', rollout: '' };
/** A workspace whose quotas limit no other request of the tests. */
let limited = '';

beforeAll(async () => {
  // The matrix and the history of the canaries come from the store of the home, which a checkout may have of an older version.
  vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder());
  const [, newAddress] = engines[0] as (typeof engines)[0];
  server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  const made = async (path: string, body: object) => (await server.ask('POST', path, body)).body.id as string;
  known.workspace = await made('/v1/workspaces', { name: 'W' });
  limited = await made('/v1/workspaces', { name: 'L' });
  known.account = await made(`/v1/workspaces/${known.workspace}/accounts`, {});
  known.webhook = await made(`/v1/workspaces/${known.workspace}/webhooks`, { url: 'https://example.com/hook' });
  known.key = await made('/v1/keys', { name: 'K', scope: 'read' });
  known.rollout = await made('/v1/rollouts', { baseline: '1.33.2', candidate: '1.34.7' });
});
afterAll(async () => {
  expect(server.troubles).toEqual([]);
  await server.stop();
  vi.unstubAllEnvs();
});

function pathWith({ path }: Route, value: (name: keyof typeof known) => string): string {
  const id = path.startsWith('/v1/keys') ? 'key' : 'rollout';
  const named = path.endsWith('/quotas') ? path.replace(':workspace', limited) : path;
  return named.replace(/:(\w+)/g, (_, name: string) => value(name === 'id' ? id : (name as keyof typeof known)));
}

/** A path of the route: mostly with ids that exist, else with anything. */
const pathOf = (route: Route) =>
  fc
    .array(fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { freq: 4 }), { minLength: 3, maxLength: 3 })
    .map((wild) => {
      let n = 0;
      return pathWith(route, (name) => encodeURIComponent(wild[n++] ?? known[name]));
    });

const queryOf = (route: Route) =>
  fc.oneof(
    { weight: 3, arbitrary: route.query ? valuesOf(route.query) : fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 }), { maxKeys: 3 }) },
  );

const bodyOf = (route: Route) =>
  fc.oneof(
    { weight: 3, arbitrary: route.body ? valuesOf(route.body) : fc.constant(undefined) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );

// The stream never ends by itself; it has a test of its own.
const asked = routes.filter((route) => route.answer.media !== 'text/event-stream');

test.each(asked.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s answers whatever it is sent as its document says',
  async (_, route) => {
    const idempotencyKey = fc.option(fc.constantFrom('once', 'twice', 'not one', 'x'.repeat(201)), {
      freq: 2,
      nil: null,
    });
    const request = fc.record({ path: pathOf(route), query: queryOf(route), body: bodyOf(route), idempotencyKey });
    await fc.assert(
      fc.asyncProperty(request, async ({ path, query, body, idempotencyKey }) => {
        const text = new URLSearchParams(query as Record<string, string>).toString();
        const headers = {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
        };
        const payload = body === undefined ? undefined : JSON.stringify(body);
        const answer = await server.ask(route.method, text ? `${path}?${text}` : path, payload, headers as never);
        if (answer.status === route.answer.status) {
          if (route.answer.schema) route.answer.schema.parse(answer.body);
          return;
        }
        expect(answer.status, `${answer.body?.code}: ${server.troubles.at(-1)?.cause}`).toBeLessThan(500);
        const problem = problemSchema.parse(answer.body);
        expect(problemsOf(route)).toContain(problem.code);
        expect(problem.status).toBe(problems[problem.code as ProblemCode].status);
      }),
      { numRuns: 60 },
    );
  },
);

test('a field that is not in the schema is refused everywhere', async () => {
  for (const route of routes.filter(({ body }) => body)) {
    await fc.assert(
      fc.asyncProperty(
        valuesOf(route.body as z.ZodType),
        fc.string({ minLength: 1, maxLength: 12 }),
        async (body, extra) => {
          fc.pre(!(extra in (body as object)) && !['__proto__', 'constructor', 'prototype'].includes(extra));
          const path = pathWith(route, (name) => known[name]);
          const answer = await server.ask(route.method, path, { ...(body as object), [extra]: 1 });
          expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
        },
      ),
      { numRuns: 10 },
    );
  }
});
