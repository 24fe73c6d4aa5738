import { z } from 'zod';
import { answerSchemas, requestSchemas } from '../../contracts/api-components.ts';
import { problemSchema } from '../../contracts/service-api.ts';
import { linkEventSchema } from '../../contracts/service-events.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { openapiWebhooks } from './openapi-webhooks.ts';
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
    webhooks: openapiWebhooks(jsonBody),
    components: {
      schemas: { ...components.output.schemas, ...components.input.schemas },
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
        content: jsonBody(body, 'input'),
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
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
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
  const content = schema ? jsonBody(schema, 'output') : media && { [media]: textBody(media) };
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status: of } = problems[code];
    byStatus.set(of, [...(byStatus.get(of) ?? []), code]);
  }
  const problem = { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } };
  return {
    [status]: { description: 'Done', ...(content && { content }) },
    ...Object.fromEntries(
      [...byStatus].map(([of, codes]) => [of, { description: `Codes: ${codes.join(', ')}`, content: problem }]),
    ),
  };
}

type Direction = 'input' | 'output';

/** The named schemas, and what refers to them. */
const components = { output: named(answerSchemas, 'output'), input: named(requestSchemas, 'input') };

function named(schemas: Record<string, z.ZodType>, io: Direction) {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) names.add(schema, { id });
  const uri = (name: string) => `#/components/schemas/${name}`;
  const { schemas: made } = z.toJSONSchema(names, { io, target: 'draft-2020-12', uri });
  const plain = Object.entries(made).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]);
  return { names, schemas: Object.fromEntries(plain), uri };
}

/** A reference to a named schema; every body has a name. */
function schemaOf(schema: z.ZodType, io: Direction): object {
  const { names, uri } = components[io];
  const bare = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  const name = names.get(bare)?.id;
  return name === undefined ? jsonSchema(schema, io) : { $ref: uri(name) };
}

function jsonBody(schema: z.ZodType, io: Direction): object {
  return { 'application/json': { schema: schemaOf(schema, io) } };
}

/** What OpenAPI 3.1 has no words for, the events of a stream, is said as version 3.2 does. */
function textBody(media: string): object {
  const schema = { type: 'string' };
  return media === 'text/event-stream' ? { schema, 'x-itemSchema': schemaOf(linkEventSchema, 'output') } : { schema };
}

function jsonSchema(schema: z.ZodType, io: Direction): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
