import { z } from 'zod';
import {
  type ChannelReactions,
  channelDescriptionSchema,
  channelEditSchema,
  channelJidSchema,
  channelNameSchema,
} from './replica-channels.ts';
import {
  type Addressing,
  addressingSchema,
  type CommunityPart,
  type GroupSettings,
  groupChangeSchema,
  groupJidSchema,
  participantActionSchema,
  type Rank,
  someSettingsSchema,
  subjectSchema,
} from './replica-groups.ts';
import { mediaKinds } from './replica-media.ts';
import {
  type Added,
  addedSchema,
  type Content,
  chatJidSchema,
  contentSchema,
  contextSchema,
  deedSchema,
  type EventResponse,
  linkedPageSchema,
  type MessageContext,
} from './replica-message.ts';
import {
  type BusinessRecord,
  businessProfileSchema,
  type CallRecord,
  type ChatState,
  callOfferSchema,
  chatStateSchema,
  pictureDataSchema,
  privacySchema,
} from './replica-profiles.ts';
import type { ContactRecord } from './replica-protocol.ts';
import { mutationSchema } from './replica-queries.ts';

/** Digits of an international number without `+`, as E.164 allows. */
export const phoneNumberSchema = z
  .string()
  .regex(/^[1-9]\d{6,14}$/, 'must be 7 to 15 digits of an international number, without "+" or spaces');

/** Apps of a phone; `smb...` are those of WhatsApp Business. */
export const platforms = ['android', 'iphone', 'smba', 'smbi'] as const;
export type Platform = (typeof platforms)[number];

/** Bodies of the phone control. */
export const createPhoneSchema = z.strictObject({
  number: phoneNumberSchema,
  /** The app of the phone; `smba` and `smbi` are WhatsApp Business. */
  platform: z.enum(platforms).optional(),
});
export const scanSchema = z.strictObject({ qr: z.string().min(1) });
export const pairSchema = z.strictObject({ code: z.string().min(1) });
export const unlinkSchema = z.strictObject({ device: z.int().positive().optional() });
/** What a person says about a file that a phone sends. */
const mediaSchema = z.strictObject({
  mimetype: z.string().regex(/^[\w.+-]+\/[\w.+-]+(?:;.*)?$/, 'must be a MIME type such as image/jpeg'),
  /** What the message is; by default what the MIME type says, and a document for any other. */
  as: z.enum([...mediaKinds, 'gif']).optional(),
  filename: z.string().min(1).max(255).optional(),
  caption: z.string().max(65_536).optional(),
  viewOnce: z.boolean().optional(),
  /** Of a picture, in pixels. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Of a video or a sound. */
  seconds: z.int().min(0).optional(),
});
export type MediaOptions = z.infer<typeof mediaSchema>;

const sendOptionsSchema = z.strictObject({
  ...contextSchema.shape,
  /** Number of the author; by default that of a contact, or of the phone itself where `to` says to whom it writes. */
  from: phoneNumberSchema.optional(),
  /** What the phone itself writes to; by default its own account gets the message. */
  to: chatJidSchema.optional(),
  /** Id of the message that this one answers. */
  quoted: z.string().optional(),
});
export type SendOptions = z.infer<typeof sendOptionsSchema>;
export const sendSchema = z.union([
  sendOptionsSchema.extend({ body: z.string().min(1).max(65_536) }),
  sendOptionsSchema.extend({ content: contentSchema }),
  sendOptionsSchema.extend({ media: mediaSchema.extend({ data: z.base64() }) }),
]);
/** A person does something to a message of the account: by default the contact whose chat it is in. */
export const actSchema = z.strictObject({
  /** Id of the message. */
  message: z.string(),
  deed: deedSchema,
  from: phoneNumberSchema.optional(),
});
/** What phones find at an address; null: nothing. */
export const setLinkSchema = z.strictObject({ url: z.url(), page: linkedPageSchema.nullable() });
/** What the phone does to messages for itself. */
export const markSchema = z.strictObject({
  messages: z.array(z.string()).min(1),
  as: z.enum(['delivered', 'read', 'played', 'starred', 'unstarred', 'deleted']),
});
export type MessageMark = z.infer<typeof markSchema>['as'];
/** State that the account's devices share; the phone changes it for all of them. */
export const changeSchema = mutationSchema;

const numbersSchema = z.array(phoneNumberSchema).max(1_024);
/** The member who does it; by default the phone's own number. */
export const actorSchema = z.strictObject({ by: phoneNumberSchema.optional() });
export const invitationOnlySchema = actorSchema.extend({ isOn: z.boolean() });
export const createGroupSchema = actorSchema.extend({
  subject: subjectSchema,
  participants: numbersSchema,
  settings: someSettingsSchema.optional(),
  /** By default `pn`, or `lid` under the condition `lid-groups`. */
  addressing: addressingSchema.optional(),
  /** By default a new one. */
  id: groupJidSchema.optional(),
  /** The community that it becomes a group of. */
  parent: groupJidSchema.optional(),
});
export type NewPhoneGroup = z.infer<typeof createGroupSchema>;
export const groupAddressingSchema = z.strictObject({ addressing: addressingSchema });
export const changeGroupSchema = actorSchema.extend({ change: groupChangeSchema });
export const groupParticipantsSchema = actorSchema.extend({
  action: participantActionSchema,
  participants: numbersSchema,
});
/** A JPEG in base64; null removes the picture. */
export const groupPictureSchema = actorSchema.extend({ picture: pictureDataSchema.nullable() });
export const joinGroupSchema = actorSchema.extend({ code: z.string().min(1) });
export const answerRequestsSchema = actorSchema.extend({ approve: z.boolean(), participants: numbersSchema });

export const createCommunitySchema = actorSchema.extend({
  subject: subjectSchema,
  /** By default a new one. */
  id: groupJidSchema.optional(),
  /** Id of the group for announcements; by default a new one. */
  announcements: groupJidSchema.optional(),
});
export type NewPhoneCommunity = z.infer<typeof createCommunitySchema>;
export const linkGroupsSchema = actorSchema.extend({ groups: z.array(groupJidSchema).min(1).max(100) });

export const createChannelSchema = actorSchema.extend({
  name: channelNameSchema,
  description: channelDescriptionSchema.optional(),
  /** By default a new one. */
  id: channelJidSchema.optional(),
});
export type NewPhoneChannel = z.infer<typeof createChannelSchema>;
export const editChannelSchema = actorSchema.extend({ edit: channelEditSchema });
export const channelPostSchema = z.union([
  actorSchema.extend({ body: z.string().min(1).max(65_536) }),
  actorSchema.extend({ content: addedSchema }),
]);
export const channelReactionSchema = actorSchema.extend({ post: z.string().min(1), text: z.string() });
export const subscribeSchema = actorSchema.extend({ isSubscribed: z.boolean().default(true) });
export const channelAdminSchema = actorSchema.extend({ number: phoneNumberSchema });

/** A channel as a phone sees it; people by their numbers. */
export interface PhoneChannel {
  id: string;
  name: string;
  description: string;
  inviteCode: string;
  reactions: ChannelReactions;
  owner: string;
  admins: string[];
  subscribers: string[];
  mutedBy: string[];
  /** True when the channel has a picture. */
  picture: boolean;
  /** Who is invited to be an admin. */
  adminInvites: string[];
  /** Oldest first. */
  posts: {
    id: string;
    serverId: number;
    t: number;
    content: Added;
    body: string;
    reactions: { number: string; text: string }[];
  }[];
}

/** A group as a phone sees it; people by their numbers. */
export interface PhoneGroup {
  id: string;
  /** Whether pages get its members by number or by lid. */
  addressing: Addressing;
  /** What it is in a community; absent for a group in none. */
  community?: CommunityPart;
  subject: string;
  description?: string;
  owner: string;
  settings: GroupSettings;
  members: { number: string; rank: Rank }[];
  inviteCode: string;
  /** True when the group has a picture. */
  picture: boolean;
  /** Who asked to join. */
  requests: string[];
}

/** What a person shows to others; a field that is left out does not change, and a picture of null is removed. */
export const profileChangeSchema = z.strictObject({
  pushname: z.string().min(1).max(100).optional(),
  about: z.string().max(512).optional(),
  picture: pictureDataSchema.nullable().optional(),
  privacy: privacySchema.optional(),
  business: businessProfileSchema.optional(),
});
export type ProfileChange = z.infer<typeof profileChangeSchema>;
export const changeNumberSchema = z.strictObject({ to: phoneNumberSchema });
export const blockSchema = z.strictObject({ number: phoneNumberSchema, isBlocked: z.boolean().default(true) });
export const presenceSchema = z.strictObject({ isAvailable: z.boolean(), from: phoneNumberSchema.optional() });
export const chatStateBodySchema = z.strictObject({ state: chatStateSchema, from: phoneNumberSchema.optional() });
export const callSchema = callOfferSchema.partial();
export type Ring = z.input<typeof callSchema>;
export const conditionSchema = z.strictObject({
  name: z.string().min(1),
  on: z.boolean(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** One linked device of a phone. */
export interface LinkedDevice {
  /** Counted by the phone, from 1. */
  id: number;
  /** Number of the phone that it is linked to. */
  number: string;
  linkedAt: string;
  /** X25519 public keys, base64. */
  noisePub: string;
  identityPub: string;
  /** `pending` until the first critical sync of the device is done. */
  sync: 'pending' | 'done';
  connected: boolean;
}

/** What a person did to a message; `from` is a number, `at` in milliseconds since 1970. */
interface Dated {
  from: string;
  at: number;
}

/** A message that a linked device of the phone sent, as the phone sees it. `from` and `to` are numbers of people, or jids of all else. */
export interface PhoneMessage extends MessageContext {
  id: string;
  from: string;
  to: string;
  /** What a person reads in it: the text, a caption; empty for a kind without words. */
  body: string;
  content: Content;
  t: number;
  /** Highest ack that the sending device received: 1 sent, 2 delivered, 3 read, 4 played; -1 refused. */
  ack: number;
  /** Id of the message that this one answers. */
  quoted?: string;
  /** The last of each person; an empty text takes the one before back. */
  reactions?: (Dated & { text: string })[];
  /** The last vote of each person in a poll, by the names of its options. */
  votes?: (Dated & { options: string[] })[];
  /** Responses to an event. */
  responses?: (Dated & { response: EventResponse })[];
  /** When its author edited it last, in milliseconds since 1970; `content` is what it says since then. */
  editedAt?: number;
  /** Who revoked it; `content` is what it said before. */
  revokedBy?: string;
  pin?: Dated & { isPinned: boolean; seconds: number };
  isStarred?: boolean;
}

/** What a person shows to others. */
export interface ProfileState {
  pushname: string;
  about?: string;
  /** Whether the person has a picture. */
  picture: boolean;
  privacy?: 'all' | 'contacts' | 'none';
  business?: BusinessRecord;
}

/** A chat as the phone lists it. */
export interface PhoneChat {
  /** Jid of the other party. */
  id: string;
  /** Name in the address book, or else the number with `+`. */
  name: string;
  /** How many messages it has. */
  messages: number;
  /** Id of the last one, and when it was sent, in seconds since 1970; absent in an empty chat. */
  lastMessage?: string;
  t?: number;
  archived: boolean;
  /** Since when it is pinned, in seconds since 1970; 0 = it is not. */
  pinned: number;
  /** Until when it is muted, in seconds since 1970; -1 = forever, 0 = it is not. */
  mutedUntil: number;
  markedUnread: boolean;
  /** Ids of its labels. */
  labels: string[];
  /** The note about the customer; empty = none. */
  note: string;
}

/** `GET /phones/:id`. */
export interface PhoneState {
  id: string;
  number: string;
  devices: LinkedDevice[];
  /** Sent by linked devices. */
  received: PhoneMessage[];
  /** Sent to the linked devices by this phone; `ack` is what the devices acknowledged (2 delivered, 3 read). */
  sent: PhoneMessage[];
  /** Pinned chats first, then by the time of the last message. */
  chats: PhoneChat[];
  /** The address book. */
  contacts: ContactRecord[];
  /** What the account shows of itself; `picture`: whether it has one. */
  profile: ProfileState;
  /** Jids of the people whom the account has blocked. */
  blocked: string[];
  /** Calls to the account, the first one first. */
  calls: CallRecord[];
  /** Whether a linked device shows the account as online. */
  isAvailable: boolean;
  /** What the account last did in each chat, as the other party sees it. */
  chatStates: Record<string, ChatState>;
  /** Labels of a business account. */
  labels: { id: string; name: string; color: number }[];
}
