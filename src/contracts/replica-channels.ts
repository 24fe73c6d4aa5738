import { z } from 'zod';
import { addedSchema, userJidSchema } from './replica-message.ts';

/** Channels, which WhatsApp's own code calls newsletters, as they travel between pages, phones and the server of a replica. */

export const channelJidSchema = z
  .string()
  .regex(/^\d{5,20}@newsletter$/, 'must be the id of a channel, ending in @newsletter');
export const channelNameSchema = z.string().min(1).max(100);
export const channelDescriptionSchema = z.string().max(2048);
export const channelReactionsSchema = z.enum(['all', 'basic', 'none']);
export type ChannelReactions = z.infer<typeof channelReactionsSchema>;

/** What its admins change about a channel; absent fields stay. */
export const channelEditSchema = z.strictObject({
  name: channelNameSchema.optional(),
  description: channelDescriptionSchema.optional(),
  reactions: channelReactionsSchema.optional(),
});
export type ChannelEdit = z.infer<typeof channelEditSchema>;

export type ChannelRole = 'owner' | 'admin' | 'subscriber' | 'guest';

/** What a person sees of a channel; times in seconds since 1970. */
export interface ChannelInfo {
  id: string;
  name: string;
  nameTime: number;
  description: string;
  descriptionTime: number;
  creation: number;
  inviteCode: string;
  /** Number of its subscribers. */
  size: number;
  isVerified: boolean;
  reactions: ChannelReactions;
  /** What the person is in the channel. */
  role: ChannelRole;
  isMuted: boolean;
  adminCount: number;
}

const channelArgs = z.strictObject({ channel: channelJidSchema });
const memberArgs = z.strictObject({ channel: channelJidSchema, user: userJidSchema });

/** What pages ask about channels; see `queries`. */
export const channelQueries = {
  'channel-create': z.strictObject({ name: channelNameSchema, description: channelDescriptionSchema }),
  'channel-info': channelArgs,
  'channel-by-invite': z.strictObject({ code: z.string().max(64) }),
  'channel-search': z.strictObject({
    text: z.string(),
    limit: z.int().positive(),
    isWithoutSubscribed: z.boolean(),
  }),
  'channel-subscribe': z.strictObject({ channel: channelJidSchema, isSubscribed: z.boolean() }),
  'channel-edit': z.strictObject({ channel: channelJidSchema, edit: channelEditSchema }),
  'channel-delete': channelArgs,
  'channel-mute': z.strictObject({ channel: channelJidSchema, isMuted: z.boolean() }),
  'channel-post': z.strictObject({ channel: channelJidSchema, id: z.string().min(1).max(64), content: addedSchema }),
  'channel-subscribers': z.strictObject({ channel: channelJidSchema, limit: z.int().positive() }),
  'channel-invite-admin': memberArgs,
  'channel-revoke-admin-invite': memberArgs,
  'channel-accept-admin-invite': channelArgs,
  'channel-demote': memberArgs,
  'channel-transfer': memberArgs,
} as const;

export interface ChannelQueryValues {
  'channel-create': ChannelInfo;
  'channel-info': ChannelInfo;
  'channel-by-invite': ChannelInfo;
  'channel-search': ChannelInfo[];
  'channel-subscribe': null;
  'channel-edit': null;
  'channel-delete': null;
  'channel-mute': null;
  'channel-post': { serverId: number; t: number };
  'channel-subscribers': { id: string; role: ChannelRole; t: number }[];
  /** Until when it can be accepted. */
  'channel-invite-admin': { name: string; expires: number };
  'channel-revoke-admin-invite': null;
  'channel-accept-admin-invite': null;
  'channel-demote': null;
  'channel-transfer': null;
}
