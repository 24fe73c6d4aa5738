import { z } from 'zod';

/**
 * What a page asks the server of a replica and gets an answer to: the requests (IQ stanzas) of the real page. The schemas check what
 * the page sends, since code in it is not ours; the values are typed only.
 */
export const queries = {
  /** Whether a number has an account. */
  exists: z.strictObject({ phone: z.string() }),
  /** A change of the account's own state, which its other devices and its phone get too; WhatsApp calls it a syncd mutation. */
  mutate: z.strictObject({ mutation: z.lazy(() => mutationSchema) }),
} as const;

/** What the server answers. */
export interface QueryValues {
  /** Jid and lid of the account, or null. */
  exists: { wid: string; lid: string } | null;
  mutate: null;
}

export type QueryName = keyof typeof queries;
export type QueryArgs<N extends QueryName> = z.infer<(typeof queries)[N]>;

/** State that all devices of one account share, by what it is about. `index` is the jid of the chat, the id of the label, ... */
export const mutationSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('archive'), index: z.string(), value: z.boolean() }),
]);
export type Mutation = z.infer<typeof mutationSchema>;

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
