import { expect, test } from 'vitest';
import { webhookEventSchema } from '../../../src/contracts/service-events.ts';
import { openapi } from '../../../src/service/http/openapi.ts';
import { routes } from '../../../src/service/http/routes.ts';

interface Media {
  schema: { $ref?: string; properties?: object };
}
interface Message {
  content?: Record<string, Media>;
}
interface Operation {
  operationId: string;
  requestBody?: Message;
  responses: Record<string, Message>;
}

const document = openapi(routes, '0.0.0') as {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: { schemas: Record<string, { properties?: object }> };
};
const { schemas } = document.components;
const operations = [
  ...Object.values(document.paths).flatMap(Object.values),
  ...Object.values(document.webhooks).map(({ post }) => post),
];
const bodies = operations.flatMap(({ operationId, requestBody = {}, responses }) =>
  [requestBody, ...Object.values(responses)]
    .flatMap(({ content = {} }: Message) => Object.entries(content))
    .filter(([media]) => media.endsWith('json'))
    .map(([, { schema }]) => ({ operationId, schema })),
);

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
