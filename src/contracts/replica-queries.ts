import { z } from 'zod';
import { type ChannelQueryValues, channelQueries } from './replica-channels.ts';
import { type GroupQueryValues, groupQueries } from './replica-groups.ts';
import { chatJidSchema, type LinkedPage, userJidSchema } from './replica-message.ts';
import { type ProfileQueryValues, profileQueries } from './replica-profiles.ts';

/**
 * What a page asks the server of a replica and gets an answer to: the requests (IQ stanzas) of the real page. The schemas check what
 * the page sends, since code in it is not ours; the values are typed only.
 */
export const queries = {
  /** Whether a number, or the user of a lid, has an account. */
  exists: z.strictObject({ phone: z.string() }),
  /** What an upload to the media server has to carry. */
  mediaConn: z.strictObject({}),
  /** A change of the account's own state, which its other devices and its phone get too; WhatsApp calls it a syncd mutation. */
  mutate: z.strictObject({ mutation: z.lazy(() => mutationSchema) }),
  /** Who has received, read and played a message of the account. `to` is its chat. */
  messageInfo: z.strictObject({ id: z.string(), to: z.string() }),
  ...groupQueries,
  ...profileQueries,
  ...channelQueries,
  /** A link to a call, for an event. */
  callLink: z.strictObject({ media: z.enum(['video', 'voice']) }),
  /** What an order message is about; only with the token of the message. */
  order: z.strictObject({ orderId: z.string(), token: z.string() }),
  product: z.strictObject({ productId: z.string() }),
  /** Asks the phone of the account what the page at an address says. */
  linkedPage: z.strictObject({ url: z.string() }),
  /** Asks the phone for the messages of a chat before the oldest one that the page has; null when it has none. */
  olderMessages: z.strictObject({ chat: chatJidSchema, before: z.string().nullable() }),
  /** Asks the phone for messages that the page could not decrypt. */
  undecrypted: z.strictObject({ ids: z.array(z.string()) }),
} as const;

/** What the server answers. */
export interface QueryValues extends GroupQueryValues, ChannelQueryValues, ProfileQueryValues {
  /** Jid and lid of the account, or null. */
  mediaConn: { auth: string };
  exists: { wid: string; lid: string; isBusiness: boolean } | null;
  mutate: null;
  messageInfo: MessageInfo;
  /** The last part of the link. */
  callLink: string;
  order: Order;
  product: { id: string; retailer_id: string; name: string; description: string };
  /** Null when the phone finds nothing there. */
  linkedPage: LinkedPage | null;
  /** The phone sends what it has: a `chat-history`, and messages. */
  olderMessages: null;
  undecrypted: null;
}

/** An order as code in the page gets it; amounts in thousandths of the currency. */
export interface Order {
  products: { id: string; name: string; price: number; currency: string; quantity: number; thumbnailUrl: string }[];
  subtotal: number;
  total: number;
  currency: string;
  /** Seconds since 1970. */
  createdAt: number;
}

/** Who has a message, by receipt; `t` in seconds since 1970. */
export interface MessageInfo {
  delivery: { id: string; t: number }[];
  deliveryRemaining: number;
  read: { id: string; t: number }[];
  readRemaining: number;
  played: { id: string; t: number }[];
  playedRemaining: number;
}

export type QueryName = keyof typeof queries;
export type QueryArgs<N extends QueryName> = z.infer<(typeof queries)[N]>;

const aboutChat = { index: chatJidSchema };

/** State that all devices of one account share, by what it is about. `index` is the jid of the chat, the id of the label, ... */
export const mutationSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('archive'), ...aboutChat, value: z.boolean() }),
  /** Since when the chat is pinned, in seconds since 1970; 0 = it is not. */
  z.strictObject({ action: z.literal('pin'), ...aboutChat, value: z.int().min(0) }),
  /** Until when the chat is muted, in seconds since 1970; -1 = forever, 0 = it is not. */
  z.strictObject({ action: z.literal('mute'), ...aboutChat, value: z.int().min(-1) }),
  /** True: a read chat is shown as unread. False: all messages of the chat are read. */
  z.strictObject({ action: z.literal('markUnread'), ...aboutChat, value: z.boolean() }),
  /** Removes the messages of a chat. The value is the id of the last one, so that a later message stays; null = there is none. */
  z.strictObject({ action: z.literal('clear'), ...aboutChat, value: z.string().nullable() }),
  /** As `clear`; the chat goes, too, unless a later message is in it. */
  z.strictObject({ action: z.literal('delete'), ...aboutChat, value: z.string().nullable() }),
  /** An entry of the address book; null removes it. */
  z.strictObject({
    action: z.literal('contact'),
    index: userJidSchema,
    value: z.strictObject({ name: z.string().min(1), shortName: z.string().optional() }).nullable(),
  }),
  /** A label of a business account; null removes it. `color` counts from 0. */
  z.strictObject({
    action: z.literal('label'),
    index: z.string().regex(/^\d{1,9}$/),
    value: z.strictObject({ name: z.string().min(1).max(100), color: z.int().min(0).max(19) }).nullable(),
  }),
  /** Ids of all labels of a chat. */
  z.strictObject({ action: z.literal('labels'), ...aboutChat, value: z.array(z.string()) }),
  /** The note of a business account about a customer; empty = none. */
  z.strictObject({ action: z.literal('note'), ...aboutChat, value: z.string().max(10_000) }),
  /** The name that the account shows to others. */
  z.strictObject({ action: z.literal('pushname'), index: z.literal(''), value: z.string().min(1).max(100) }),
  /** `index` is the text of the message's key. */
  z.strictObject({ action: z.literal('star'), index: z.string(), value: z.boolean() }),
  z.strictObject({ action: z.literal('deleteMessageForMe'), index: z.string(), value: z.literal(true) }),
]);
export type Mutation = z.infer<typeof mutationSchema>;
export type MutationOf<A extends Mutation['action']> = Extract<Mutation, { action: A }>;

export const queryFrameSchema = z.strictObject({
  type: z.literal('query'),
  requestId: z.int(),
  name: z.enum(Object.keys(queries) as [QueryName, ...QueryName[]]),
  args: z.unknown(),
});

/** The server refuses: a status as HTTP has them, with the text of the real stanza. */
export interface QueryRefusal {
  status: number;
  text: string;
}

export type AnswerFrame =
  | { type: 'answer'; requestId: number; ok: true; value: unknown }
  | ({ type: 'answer'; requestId: number; ok: false } & QueryRefusal);
