import { z } from 'zod';
import { problemSchema } from '../../contracts/service-api.ts';
import { type ProblemCode, problems } from '../problems.ts';
import type { Route } from './route.ts';

/** Problems that every operation with an API key can have. */
const everywhere: ProblemCode[] = ['invalid-request', 'unauthorized', 'forbidden', 'internal', 'database-unreachable'];
const onWrites: ProblemCode[] = [
  'body-too-large',
  'unsupported-media-type',
  'request-in-progress',
  'idempotency-key-reused',
];

/** The problems that an operation can answer with. */
export function problemsOf({ scope, method, problems: own }: Route): ProblemCode[] {
  if (scope === 'public') return ['invalid-request', 'internal', ...own];
  return [...everywhere, ...(method === 'GET' ? [] : onWrites), ...own];
}

/** The OpenAPI 3.1 document of the routes. */
export function openapi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'wwebjs-canary service', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key' } },
    },
  };
}

function operation(route: Route): object {
  const { method, params, query, body, scope, summary } = route;
  return {
    operationId: `${method.toLowerCase()}${route.path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: scope === 'public' ? 'Needs no API key.' : `Needs an API key with the scope \`${scope}\`.`,
    security: scope === 'public' ? [] : [{ key: [] }],
    parameters: [
      ...parameters(params, 'path'),
      ...parameters(query, 'query'),
      ...(method === 'GET' ? [] : [idempotencyHeader]),
    ],
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: jsonSchema(body, 'input') } },
      },
    }),
    responses: responses(route),
  };
}

const idempotencyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repetition with the same key gets the answer of the first request, for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || !one.safeParse(undefined).success,
    schema: jsonSchema(one, 'input'),
  }));
}

function responses(route: Route): object {
  const { status, schema, media } = route.answer;
  const content = schema
    ? { 'application/json': { schema: jsonSchema(schema, 'output') } }
    : media && { [media]: { schema: { type: 'string' } } };
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status: of } = problems[code];
    byStatus.set(of, [...(byStatus.get(of) ?? []), code]);
  }
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return {
    [status]: { description: 'Done', ...(content && { content }) },
    ...Object.fromEntries(
      [...byStatus].map(([of, codes]) => [of, { description: `Codes: ${codes.join(', ')}`, content: problem }]),
    ),
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
