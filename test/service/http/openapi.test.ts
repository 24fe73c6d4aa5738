import { expect, test } from 'vitest';
import { webhookEventSchema } from '../../../src/contracts/service-events.ts';
import { routes } from '../../../src/service/http/routes/routes.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer } from '../../support/test-server.ts';

interface Media {
  schema: { $ref?: string; properties?: object };
}
interface Message {
  content?: Record<string, Media>;
}
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: Message & { required: boolean };
  responses: Record<string, Message>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: { schemas: Record<string, { properties?: object }> };
}

async function servedDocument(): Promise<Document> {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  const { body } = await server.ask('GET', '/openapi.json');
  await server.stop();
  return body;
}

const document = await servedDocument();
const { schemas } = document.components;
const operations = [
  ...Object.values(document.paths).flatMap(Object.values),
  ...Object.values(document.webhooks).map(({ post }) => post),
];
const bodies = operations.flatMap(({ operationId, requestBody, responses }) =>
  [requestBody ?? {}, ...Object.values(responses)]
    .flatMap(({ content = {} }: Message) => Object.entries(content))
    .filter(([media]) => media.endsWith('json'))
    .map(([, { schema }]) => ({ operationId, schema })),
);

test('the document has the operations of the API and no other, each with its parameters, its body and its answers', () => {
  const operation = ({ method, path }: { method: string; path: string }) =>
    document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()] as Operation;
  const described = Object.values(document.paths).flatMap((path) => Object.keys(path));
  expect(described).toHaveLength(routes.length);
  for (const route of routes) {
    const { parameters = [], requestBody, responses } = operation(route);
    const named = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
    const fields = (schema: unknown) => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
    expect(named('path')).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    expect(named('query')).toEqual(fields(route.query));
    expect(named('header')).toEqual(route.method === 'GET' ? [] : ['Idempotency-Key']);
    expect(requestBody?.required).toBe(route.body && !route.body.safeParse(undefined).success);
    const answer = responses[route.answer.status];
    expect(Object.keys(answer?.content ?? {})).toEqual(
      route.answer.schema ? ['application/json'] : [route.answer.media].filter((media) => media !== undefined),
    );
    const errors = Object.entries(responses).filter(([status]) => Number(status) !== route.answer.status);
    expect(errors.length).toBeGreaterThan(0);
    for (const [, { content }] of errors) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
  }
});

test('every JSON body of the document has a name, so that a generated client has each type once', () => {
  expect(bodies.length).toBeGreaterThan(100);
  expect(bodies.filter(({ schema }) => schema.$ref === undefined)).toEqual([]);
  const accounts = JSON.stringify(document).match(/"libraryPin":/g);
  expect(accounts).toHaveLength(1);
});

test('every name that the document refers to is there, and every name that is there is used', () => {
  const used = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(Object.keys(schemas).filter((name) => name !== 'WebhookEvent')));
});

test('every type of webhook is described with the body that it has', () => {
  const types = webhookEventSchema.options.map(({ shape }) => shape.type.value);
  expect(Object.keys(document.webhooks)).toEqual(types);
  for (const [type, { post }] of Object.entries(document.webhooks)) {
    const name = post.requestBody?.content?.['application/json']?.schema.$ref?.split('/').at(-1) as string;
    expect(schemas[name]?.properties).toMatchObject({ type: { const: type }, data: { type: 'object' } });
  }
});

test('the stream of a link says what its events are', () => {
  const path = '/v1/workspaces/{workspace}/accounts/{account}/link/events';
  const answer = document.paths[path]?.get?.responses['200'] as Message | undefined;
  expect(answer?.content?.['text/event-stream']).toMatchObject({
    'x-itemSchema': { $ref: '#/components/schemas/LinkEvent' },
  });
  const events = [...JSON.stringify(schemas.LinkEvent).matchAll(/"event":\{"type":"string","const":"(\w+)"/g)];
  expect(events.map(([, event]) => event)).toEqual(['status', 'code', 'still']);
});
