import { z } from 'zod';

/**
 * A message as it travels between pages, phones and the server of a replica: what the real protobuf carries, unencrypted. Each kind of
 * content names the fields of WhatsApp's own message of that kind.
 */

/** Jid of a person in the form of the page: `<digits>@c.us` or `<digits>@lid`. */
export const userJidSchema = z.string().regex(/^\d{3,20}@(c\.us|lid)$/);
/** Jid of what a message is sent to: a person, a group, a channel, or the audience of the status. */
export const chatJidSchema = z
  .string()
  .regex(/^(\d{3,20}@(c\.us|lid)|\d{5,20}(-\d{5,20})?@g\.us|\d{5,20}@newsletter|status@broadcast)$/);
const messageIdSchema = z.string().min(1).max(64);

/** Names one message of a chat: its author and its id. */
export const messageRefSchema = z.strictObject({ id: messageIdSchema, from: z.union([userJidSchema, chatJidSchema]) });
export type MessageRef = z.infer<typeof messageRefSchema>;

const textSchema = z.strictObject({ kind: z.literal('text'), body: z.string() });

const locationSchema = z.strictObject({
  kind: z.literal('location'),
  /** Degrees. */
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  /** Name and address, one below the other. */
  description: z.string().optional(),
  url: z.string().optional(),
});

export const contentSchema = z.discriminatedUnion('kind', [textSchema, locationSchema]);
/** What a message says. */
export type Content = z.infer<typeof contentSchema>;
export type ContentKind = Content['kind'];
export type ContentOf<K extends ContentKind> = Extract<Content, { kind: K }>;

export const messageSchema = z.strictObject({
  /** The hexadecimal id, without the chat and direction that a message key adds. */
  id: messageIdSchema,
  /** The author; a channel speaks for itself. */
  from: z.union([userJidSchema, chatJidSchema]),
  to: chatJidSchema,
  content: contentSchema,
  /** Seconds since 1970. */
  t: z.int(),
  /** -1 failed, 0 not sent, 1 sent, 2 delivered, 3 read, 4 played. */
  ack: z.int().min(-1).max(4),
  pushname: z.string().optional(),
  /** The message that this one answers. */
  quoted: messageRefSchema.extend({ content: contentSchema, chat: chatJidSchema.optional() }).optional(),
});
export type Message = z.infer<typeof messageSchema>;

/** The words of a message that a person reads in it; empty for a kind without any. */
export function bodyOf(content: Content): string {
  switch (content.kind) {
    case 'text':
      return content.body;
    default:
      return '';
  }
}
