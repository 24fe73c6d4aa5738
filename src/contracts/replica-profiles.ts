import { z } from 'zod';
import { chatJidSchema, userJidSchema } from './replica-message.ts';

/** What a person does in a chat, as the other party sees it. */
export const chatStates = ['composing', 'recording', 'paused'] as const;
export const chatStateSchema = z.enum(chatStates);
export type ChatState = z.infer<typeof chatStateSchema>;

/** Who sees picture and about of a person. */
export const privacySchema = z.enum(['all', 'contacts', 'none']);

/** A JPEG in base64. Real pages send pictures of 640 pixels, under 200 kB. */
export const pictureDataSchema = z.base64().min(1).max(2_000_000);

/** What a business tells of itself. */
export const businessProfileSchema = z.strictObject({
  description: z.string().optional(),
  category: z.string().optional(),
  email: z.string().optional(),
  website: z.array(z.string()).optional(),
  address: z.string().optional(),
});
export type BusinessRecord = z.infer<typeof businessProfileSchema>;

/** A call as its caller makes it. */
export const callOfferSchema = z.strictObject({
  /** Number of the caller. */
  from: z.string().regex(/^[1-9]\d{6,14}$/),
  isVideo: z.boolean().default(false),
  isGroup: z.boolean().default(false),
});
export type CallOffer = z.input<typeof callOfferSchema>;

/** A call to an account, and how it ended. */
export interface CallRecord {
  /** 32 hexadecimal digits. */
  id: string;
  from: string;
  isVideo: boolean;
  isGroup: boolean;
  /** When it began, in seconds since 1970. */
  t: number;
  state: 'ringing' | 'rejected' | 'ended';
}

/** Queries about people and their accounts; `of` is the jid of a person, of either kind. */
export const profileQueries = {
  /** A library can make a chat of an address that is none: the server knows no picture of it. */
  picture: z.strictObject({ of: z.string().max(200) }),
  /** Null removes the picture. */
  'set-picture': z.strictObject({ of: chatJidSchema, data: pictureDataSchema.nullable() }),
  about: z.strictObject({ of: userJidSchema }),
  /** Real clients offer 139 characters; the server takes more. */
  'set-about': z.strictObject({ text: z.string().max(512) }),
  'business-profile': z.strictObject({ of: userJidSchema }),
  /** Devices of each account, its phone among them. */
  devices: z.strictObject({ of: z.array(userJidSchema) }),
  block: z.strictObject({ of: userJidSchema, isBlocked: z.boolean() }),
  presence: z.strictObject({ isAvailable: z.boolean() }),
  'chat-state': z.strictObject({ to: chatJidSchema, state: chatStateSchema }),
  'reject-call': z.strictObject({ id: z.string(), from: userJidSchema }),
} as const;

export interface ProfileQueryValues {
  picture: PictureAddress;
  'set-picture': PictureAddress | null;
  about: string;
  'set-about': null;
  /** Null for a person who is no business. */
  'business-profile': BusinessRecord | null;
  /** Device ids by position; an account that does not exist has none. */
  devices: number[][];
  block: null;
  presence: null;
  'chat-state': null;
  'reject-call': null;
}

/** Where the bytes of a picture are. */
export interface PictureAddress {
  id: string;
  url: string;
}

/** What the server tells about people and their accounts. */
export type ProfileNotification =
  /** `id` is that of the new picture; null = it was removed. */
  | { kind: 'picture'; of: string; id: string | null }
  /** All whom the account has blocked. */
  | { kind: 'blocklist'; blocked: string[] }
  | { kind: 'presence'; of: string; isAvailable: boolean }
  | { kind: 'chat-state'; from: string; state: ChatState }
  /** A person has another number; `id` is that of the message that says so. */
  | { kind: 'number-changed'; id: string; from: string; to: string }
  /** A call that began, or is over. */
  | { kind: 'call'; call: CallRecord };
