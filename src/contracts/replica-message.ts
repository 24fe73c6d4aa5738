import { z } from 'zod';
import { ciphertextSchema, mediaContentSchemas, unavailableSchema } from './media-content.ts';

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

/** What a web page says about itself, as the preview of a link shows it. */
export const linkedPageSchema = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  /** A small JPEG. */
  thumbnail: z.base64().optional(),
});
export type LinkedPage = z.infer<typeof linkedPageSchema>;

const linkPreviewSchema = linkedPageSchema.extend({
  /** The link, exactly as the text writes it. */
  matchedText: z.string().min(1),
});

const textSchema = z.strictObject({
  kind: z.literal('text'),
  body: z.string(),
  preview: linkPreviewSchema.optional(),
  /** How a text in the status looks: an ARGB color and the number of a font. */
  style: z.strictObject({ background: z.int().min(0), font: z.int().min(0) }).optional(),
});

const locationSchema = z.strictObject({
  kind: z.literal('location'),
  /** Degrees. */
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  /** Name and address, one below the other. */
  description: z.string().optional(),
  url: z.string().optional(),
  /** Of a location that is updated for some time; only phones send one. */
  live: z
    .strictObject({
      /** Seconds. */
      seconds: z.int().positive(),
      /** Rises with each update. */
      sequence: z.int().min(0),
      /** Meters. */
      accuracy: z.number().optional(),
      /** Meters per second. */
      speed: z.number().optional(),
      comment: z.string().optional(),
    })
    .optional(),
});

const vcardSchema = z.strictObject({ displayName: z.string(), vcard: z.string().min(1) });
const contactSchema = z.strictObject({ kind: z.literal('contact'), ...vcardSchema.shape });
const contactsSchema = z.strictObject({ kind: z.literal('contacts'), contacts: z.array(vcardSchema).min(1) });

const pollSchema = z.strictObject({
  kind: z.literal('poll'),
  name: z.string(),
  options: z.array(z.string()).min(1),
  isMultiple: z.boolean(),
});

const secondsSchema = z.int().min(0);
const eventSchema = z.strictObject({
  kind: z.literal('event'),
  name: z.string().min(1),
  description: z.string().optional(),
  /** Seconds since 1970. */
  start: secondsSchema,
  end: secondsSchema.optional(),
  location: z.string().optional(),
  /** Link to a call. */
  joinLink: z.string().optional(),
  isCanceled: z.boolean(),
});

const groupInviteSchema = z.strictObject({
  kind: z.literal('group-invite'),
  group: z.string().regex(/@g\.us$/),
  groupName: z.string(),
  code: z.string().min(1),
  /** Seconds since 1970. */
  expires: secondsSchema,
  caption: z.string().optional(),
});

/** Price in thousandths of the currency. */
const priceSchema = { currency: z.string().length(3), amount1000: z.int().min(0) };

const productSchema = z.strictObject({
  kind: z.literal('product'),
  productId: z.string(),
  owner: userJidSchema,
  title: z.string(),
  description: z.string().optional(),
  ...priceSchema,
});

const orderSchema = z.strictObject({
  kind: z.literal('order'),
  orderId: z.string(),
  token: z.string(),
  title: z.string(),
  seller: userJidSchema,
  itemCount: z.int().positive(),
  /** What the server tells of the order to those who have its token. */
  products: z
    .array(
      z.strictObject({
        productId: z.string(),
        title: z.string(),
        amount1000: z.int().min(0),
        quantity: z.int().positive(),
      }),
    )
    .optional(),
  message: z.string().optional(),
  ...priceSchema,
});

const paymentSchema = z.strictObject({
  kind: z.literal('payment'),
  receiver: userJidSchema,
  note: z.string().optional(),
  ...priceSchema,
});

/** Reply buttons and lists under a text; the server delivers neither. */
const buttonsSchema = z.strictObject({
  kind: z.literal('buttons'),
  body: z.string(),
  title: z.string().optional(),
  footer: z.string().optional(),
  buttons: z.array(z.strictObject({ id: z.string(), text: z.string() })),
});
const listSchema = z.strictObject({
  kind: z.literal('list'),
  body: z.string(),
  title: z.string().optional(),
  footer: z.string().optional(),
  buttonText: z.string(),
  sections: z.array(
    z.strictObject({
      title: z.string().optional(),
      rows: z.array(z.strictObject({ id: z.string(), title: z.string(), description: z.string().optional() })),
    }),
  ),
});

/** What happened in a group, as all of its members see it in the chat; made by the server. */
const groupEventSchema = z.strictObject({
  kind: z.literal('group-event'),
  event: z.enum([
    'create',
    'add',
    'invite',
    'remove',
    'leave',
    'promote',
    'demote',
    'subject',
    'description',
    'picture',
    'announce',
    'restrict',
    'ephemeral',
    'member_add_mode',
    'membership_approval_mode',
    'membership_approval_request',
    'revoke_invite',
    'linked_group_join',
    'parent_group_link',
    'parent_group_unlink',
    'sub_group_link',
    'sub_group_unlink',
    'delete_parent_group_unlink',
  ]),
  /** Whom it happened to. */
  recipients: z.array(userJidSchema),
  /** What it was changed to. */
  value: z.string().optional(),
});

/** Asks a person to run a channel with others. */
const channelAdminInviteSchema = z.strictObject({
  kind: z.literal('channel-admin-invite'),
  channel: z.string().regex(/@newsletter$/),
  channelName: z.string(),
  /** Seconds since 1970. */
  expires: secondsSchema,
  caption: z.string().optional(),
});

const changeOf = {
  /** The message that it changes. */
  target: messageRefSchema,
  /** When its author made it, in milliseconds since 1970: the latest counts, whatever comes first. */
  at: z.int().min(0),
};

const reactionSchema = z.strictObject({
  kind: z.literal('reaction'),
  ...changeOf,
  /** An emoji; empty to take the reaction back. */
  text: z.string(),
});
const editSchema = z.strictObject({
  kind: z.literal('edit'),
  ...changeOf,
  content: z.discriminatedUnion('kind', [
    textSchema,
    eventSchema,
    z.strictObject({ kind: z.literal('caption'), text: z.string() }),
  ]),
});
/** Deletes a message for all members of its chat. */
const revokeSchema = z.strictObject({ kind: z.literal('revoke'), ...changeOf });
const voteSchema = z.strictObject({
  kind: z.literal('vote'),
  ...changeOf,
  /** Names of the options that the voter has chosen; none to take the vote back. */
  options: z.array(z.string()),
});
const pinSchema = z.strictObject({
  kind: z.literal('pin'),
  ...changeOf,
  isPinned: z.boolean(),
  /** How long it stays pinned. */
  seconds: secondsSchema,
});
export const eventResponses = ['none', 'going', 'not-going', 'maybe'] as const;
export type EventResponse = (typeof eventResponses)[number];
const eventResponseSchema = z.strictObject({
  kind: z.literal('event-response'),
  ...changeOf,
  response: z.enum(eventResponses),
});

/** Kinds that change another message instead of adding one. */
const changeSchema = z.discriminatedUnion('kind', [
  reactionSchema,
  editSchema,
  revokeSchema,
  voteSchema,
  pinSchema,
  eventResponseSchema,
]);
export type Change = z.infer<typeof changeSchema>;
/** What a person does to a message, without which message it is and when it was done. */
export type Deed = Change extends infer C ? (C extends Change ? Omit<C, 'target' | 'at'> : never) : never;
const undated = { target: true, at: true } as const;
export const deedSchema: z.ZodType<Deed> = z.discriminatedUnion('kind', [
  reactionSchema.omit(undated),
  editSchema.omit(undated),
  revokeSchema.omit(undated),
  voteSchema.omit(undated),
  pinSchema.omit(undated),
  eventResponseSchema.omit(undated),
]);
export type ChangeKind = Change['kind'];
export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

/** Kinds that add a message to a chat. */
export const addedSchema = z.discriminatedUnion('kind', [
  textSchema,
  locationSchema,
  contactSchema,
  contactsSchema,
  pollSchema,
  eventSchema,
  groupInviteSchema,
  productSchema,
  orderSchema,
  paymentSchema,
  buttonsSchema,
  listSchema,
  groupEventSchema,
  ...mediaContentSchemas,
  unavailableSchema,
  ciphertextSchema,
  channelAdminInviteSchema,
]);
export type Added = z.infer<typeof addedSchema>;
export type AddedKind = Added['kind'];
export type AddedOf<K extends AddedKind> = Extract<Added, { kind: K }>;

export const contentSchema = z.discriminatedUnion('kind', [...addedSchema.options, ...changeSchema.options]);
/** What a message says. */
export type Content = Added | Change;
export type ContentKind = Content['kind'];

const changeKinds: ReadonlySet<string> = new Set(changeSchema.options.map(({ shape }) => shape.kind.value));

/** True for what changes another message. */
export function isChange(content: Content): content is Change {
  return changeKinds.has(content.kind);
}

/** What a message says besides its content. */
export const contextSchema = z.strictObject({
  mentions: z.array(userJidSchema).exactOptional(),
  groupMentions: z.array(z.strictObject({ group: z.string().regex(/@g\.us$/), subject: z.string() })).exactOptional(),
  /** How often it was forwarded. */
  forwardingScore: z.int().positive().exactOptional(),
  /** After how many seconds it disappears. */
  ephemeralSeconds: z.int().positive().exactOptional(),
});
export type MessageContext = z.infer<typeof contextSchema>;

export const messageSchema = z.strictObject({
  /** The hexadecimal id, without the chat and direction that a message key adds. */
  id: messageIdSchema,
  /** The author; a channel speaks for itself. */
  from: z.union([userJidSchema, chatJidSchema]),
  /** The other address of the author: the lid where `from` is a number, the number where it is a lid. */
  fromAlt: userJidSchema.exactOptional(),
  to: chatJidSchema,
  content: contentSchema,
  /** Seconds since 1970. */
  t: z.int(),
  /** -1 failed, 0 not sent, 1 sent, 2 delivered, 3 read, 4 played. */
  ack: z.int().min(-1).max(4),
  /** Of a post in a channel: its number there. */
  serverId: z.int().positive().exactOptional(),
  pushname: z.string().optional(),
  /** The message that this one answers. */
  quoted: messageRefSchema.extend({ content: addedSchema, chat: chatJidSchema.optional() }).optional(),
  ...contextSchema.shape,
});
export type Message = z.infer<typeof messageSchema>;

/** A message that changes another one. */
export type ChangeMessage<K extends ChangeKind = ChangeKind> = Message & { content: ChangeOf<K> };

export function isChangeMessage(message: Message): message is ChangeMessage {
  return isChange(message.content);
}

/** The words of a message that a person reads in it; empty for a kind without any. */
export function bodyOf(content: Content): string {
  switch (content.kind) {
    case 'text':
    case 'buttons':
    case 'list':
      return content.body;
    case 'poll':
    case 'event':
      return content.name;
    case 'contact':
      return content.displayName;
    case 'group-invite':
    case 'channel-admin-invite':
      return content.caption ?? '';
    case 'product':
    case 'order':
      return content.title;
    case 'payment':
      return content.note ?? '';
    case 'reaction':
      return content.text;
    case 'edit':
      return content.content.kind === 'caption' ? content.content.text : bodyOf(content.content);
    case 'image':
    case 'video':
    case 'document':
      return content.caption ?? '';
    default:
      return '';
  }
}
