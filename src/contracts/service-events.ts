import { z } from 'zod';
import { eventNameSchema } from './event-names.ts';
import { accountSchema, accountStatusSchema, linkCodeSchema, transitionSchema } from './service-api.ts';

/** Events of the service: bodies of webhooks, and the server-sent events of a link and of accounts. */

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

/** A file of a message, which the library downloads when its link is fetched. */
const eventFileSchema = z.strictObject({
  message: z.string().describe('the id of the message'),
  mimetype: z.string().nullable(),
  filename: z.string().nullable(),
  bytes: z.number().nullable(),
  url: z.string().describe('GET it for the bytes, as long as the account is connected and its phone has the message'),
});

export const libraryEventSchema = z.strictObject({
  ...event,
  seq: z
    .int()
    .min(1)
    .describe('counts the events of the workspace: of two events of an account, the later one has the greater'),
  type: z.literal('library.event'),
  name: eventNameSchema,
  data: z.strictObject({
    args: z.array(z.unknown()).describe('what listeners of the library get, as plain data'),
    media: z.array(eventFileSchema).describe('the files of the messages among `args`'),
  }),
});
export type LibraryEvent = z.output<typeof libraryEventSchema>;

/** Continues a stream after the event that has it. */
export const eventIdSchema = z.string().regex(/^\d{1,15}\.\d{1,15}$/, 'the id of an event of this stream');

const names = z.array(eventNameSchema);
/** A server-sent event of accounts: its id and its name, and its data as JSON. */
export const streamedEventSchema = z.union([
  z
    .strictObject({
      event: z.literal('following'),
      id: eventIdSchema,
      data: z.strictObject({
        events: names,
        windowSeconds: z.number().describe('for so long, events can be had again by the id of the last one'),
      }),
    })
    .describe('the first event: from its id on, the stream has every event with these names'),
  z
    .strictObject({
      event: z.literal('gap'),
      id: eventIdSchema,
      data: z.strictObject({ events: names, from: at, to: at }),
    })
    .describe('events with these names may be missing from this time'),
  z
    .strictObject({ event: z.literal('end'), data: z.strictObject({ code: z.string() }) })
    .describe('why the service ends the stream: a code of a problem'),
  z
    .strictObject({ event: eventNameSchema, id: eventIdSchema, data: libraryEventSchema })
    .describe('an event of the library'),
]);
export type StreamedEvent = z.output<typeof streamedEventSchema>;

export const webhookEventSchema = z.discriminatedUnion('type', [
  accountStatusEventSchema,
  accountAttentionEventSchema,
  messageEventSchema,
  libraryEventSchema,
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
