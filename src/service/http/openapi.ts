import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import { answerSchemas, requestSchemas } from '../../contracts/api-components.ts';
import { problemSchema } from '../../contracts/service-api.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { openapiWebhooks } from './openapi-webhooks.ts';
import type { Route } from './routes/route.ts';
import { routes } from './routes/routes.ts';

/** Problems that every operation can have. */
const everywhere: ProblemCode[] = [
  'invalid-request',
  'request-timeout',
  'too-many-requests',
  'headers-too-large',
  'internal',
];
const withKey: ProblemCode[] = ['unauthorized', 'forbidden', 'overloaded', 'database-unreachable'];
const onWrites: ProblemCode[] = [
  'body-too-large',
  'unsupported-media-type',
  'request-in-progress',
  'idempotency-key-reused',
];

/** The problems that an operation can answer with. */
export function problemsOf({ scope, method, path, problems: own }: Route): ProblemCode[] {
  const codes: ProblemCode[] = [
    ...everywhere,
    ...(scope === 'public' ? [] : withKey),
    ...(method === 'GET' ? [] : onWrites),
    ...(path.includes('/:') ? (['not-found'] as const) : []),
    ...(path.includes('/:workspace') ? (['workspace-unknown'] as const) : []),
    ...own,
  ];
  return [...new Set(codes)];
}

/** Makes @fastify/swagger describe, in OpenAPI 3.1, the routes whose `config.operation` is one of the API. */
export function openapiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'wwebjs-canary service', version, license },
      webhooks: openapiWebhooks(jsonBody),
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ route: { config }, url }) => {
      return { url, schema: config?.operation ? described(config.operation) : { hide: true } };
    },
    transformObject: (made) => completed('openapiObject' in made ? (made.openapiObject as Document) : {}),
  };
}

/** An SPDX expression, which is new in OpenAPI 3.1; the types are those of 3.0. */
const license = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Route;
  }
}

function described(route: Route): FastifySchema {
  const { method, path, params, query, body, scope, summary } = route;
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: scope === 'public' ? 'Needs no API key.' : `Needs an API key with the scope \`${scope}\`.`,
    security: scope === 'public' ? [] : [{ key: [] }],
    ...(params && { params: jsonSchema(params, 'input') }),
    ...(query && { querystring: jsonSchema(query, 'input') }),
    ...(method !== 'GET' && { headers: idempotencyHeader }),
    ...(body && { body: schemaOf(body, 'input') }),
    response: responses(route),
  };
}

const idempotencyHeader = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      description: 'A repetition with the same key gets the answer of the first request, for a day.',
      minLength: 1,
      maxLength: 200,
      pattern: '^[!-~]+$',
    },
  },
};

/** What @fastify/swagger does not say by itself: the named schemas, and which bodies may be left out. */
function completed(document: Document): Document {
  for (const { method, path, body } of routes) {
    const operation = document.paths?.[fastifySwagger.formatParamUrl(path)]?.[method.toLowerCase()];
    if (body?.safeParse(undefined).success && operation?.requestBody) operation.requestBody.required = false;
  }
  const schemas = { ...components.output.schemas, ...components.input.schemas };
  return { ...document, components: { ...document.components, schemas } };
}

/** As much of a document as is completed here. */
interface Document {
  paths?: Record<string, Record<string, { requestBody?: { required?: boolean } }>>;
  components?: object;
}

function responses(route: Route): object {
  const { status, schema, media, events } = route.answer;
  const content = schema ? jsonBody(schema, 'output') : media && { [media]: textBody(events) };
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status: of } = problems[code];
    byStatus.set(of, [...(byStatus.get(of) ?? []), code]);
  }
  const problem = { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } };
  return {
    [status]: { description: 'Done', ...(content ? { content } : { type: 'null' }) },
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

/** OpenAPI 3.1 cannot describe the events of a stream: `x-itemSchema` stands for `itemSchema` of version 3.2. */
function textBody(events: z.ZodType | undefined): object {
  const schema = { type: 'string' };
  return events ? { schema, 'x-itemSchema': schemaOf(events, 'output') } : { schema };
}

function jsonSchema(schema: z.ZodType, io: Direction): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
