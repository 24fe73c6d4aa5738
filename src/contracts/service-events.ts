import { z } from 'zod';
import { accountSchema, accountStatusSchema, linkCodeSchema, transitionSchema } from './service-api.ts';

/** What the service tells by itself: bodies of webhooks, and the server-sent events of a link. */

const { id, workspace } = accountSchema.shape;
const { at, cause, library } = transitionSchema.shape;
const event = {
  id: z.uuid().describe('names what happened: the same for every webhook that is told of it'),
  workspace,
  account: id,
  at: at.describe('when it happened; deliveries may arrive in another order'),
};

export const accountStatusEventSchema = z.strictObject({
  ...event,
  type: z.literal('account.status'),
  data: z.strictObject({ from: transitionSchema.shape.from, to: accountStatusSchema, cause, library }),
});

export const accountAttentionEventSchema = z.strictObject({
  ...event,
  type: z.literal('account.attention'),
  data: z.strictObject({
    code: z.string().describe('what keeps failing; nobody starts the session until somebody asks'),
  }),
});

const chat = z.string().describe('a WhatsApp id such as 15550100123@c.us');

/** As the library tells it; what it does not tell is absent. */
export const messageEventSchema = z.strictObject({
  ...event,
  type: z.literal('message'),
  data: z.strictObject({
    id: z.string().optional(),
    fromMe: z.boolean().optional(),
    from: chat.optional(),
    to: chat.optional(),
    body: z.string().optional(),
    type: z.string().optional().describe('`chat` for a text; other kinds are named by whatsapp-web.js'),
  }),
});

export const webhookEventSchema = z.discriminatedUnion('type', [
  accountStatusEventSchema,
  accountAttentionEventSchema,
  messageEventSchema,
]);
export type WebhookEvent = z.output<typeof webhookEventSchema>;

/** A server-sent event of a link: its name, and its data as JSON. */
export const linkEventSchema = z.discriminatedUnion('event', [
  z
    .strictObject({ event: z.literal('status'), data: accountSchema })
    .describe('the account, at first and when its status has changed'),
  z
    .strictObject({ event: z.literal('code'), data: linkCodeSchema })
    .describe('the code to scan or to type, at first and whenever there is a new one'),
  z
    .strictObject({ event: z.literal('still'), data: z.strictObject({}) })
    .describe('nothing has happened for 15 s, and the line is still there'),
]);
export type LinkEvent = z.output<typeof linkEventSchema>;
