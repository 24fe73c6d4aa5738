import type { z } from 'zod';
import {
  accountAttentionEventSchema,
  accountStatusEventSchema,
  libraryEventSchema,
  messageEventSchema,
  type WebhookEvent,
} from '../../contracts/service-events.ts';

const described: Record<WebhookEvent['type'], { summary: string; schema: z.ZodType }> = {
  'account.status': { summary: 'The status of an account has changed', schema: accountStatusEventSchema },
  'account.attention': {
    summary: 'A session is not started again until a client asks for it',
    schema: accountAttentionEventSchema,
  },
  message: { summary: 'A message came; for webhooks without subscriptions', schema: messageEventSchema },
  'library.event': { summary: 'The library emitted an event', schema: libraryEventSchema },
};

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const parameters = [
  header('Webhook-Id', 'The same for every attempt of one delivery.'),
  header(
    'Webhook-Signature',
    '`t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256 of `<t>.<body>` with the secret of the webhook.',
  ),
];

/** The requests that webhooks get, as OpenAPI describes them. @param jsonBody the content of a JSON body. */
export function openapiWebhooks(jsonBody: (schema: z.ZodType, io: 'output') => object): Record<string, object> {
  const responses = { '2XX': { description: 'Accepted' }, default: { description: 'Retried later' } };
  return Object.fromEntries(
    Object.entries(described).map(([type, { summary, schema }]) => {
      const requestBody = { required: true, content: jsonBody(schema, 'output') };
      return [type, { post: { operationId: type, summary, security: [], parameters, requestBody, responses } }];
    }),
  );
}
