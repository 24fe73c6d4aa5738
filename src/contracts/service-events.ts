import { z } from 'zod';
import { accountSchema, accountStatusSchema, linkCodeSchema, transitionSchema } from './service-api.ts';

/** Events of the service: bodies of webhooks, and the server-sent events of a link. */

const { id, workspace } = accountSchema.shape;
const { at, cause, library } = transitionSchema.shape;
const event = {
  id: z.uuid().describe('identifies the event: the same for every webhook that receives it'),
  workspace,
  account: id,
  at: at.describe('when it happened; deliveries may arrive out of sequence'),
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
    code: z.string().describe('the code of what keeps failing; the session is not started until a request restores it'),
  }),
});

const chat = z.string().describe('a WhatsApp id such as 15550100123@c.us');

/** The message as the library reports it; a field that the library does not report is absent. */
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
    .describe('nothing has happened for 15 s, and the connection is open'),
]);
export type LinkEvent = z.output<typeof linkEventSchema>;
