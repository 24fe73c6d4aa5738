import { z } from 'zod';
import { userJidSchema } from './replica-message.ts';

/** Groups as they travel between pages, phones and the server of a replica. */

export const groupJidSchema = z
  .string()
  .regex(/^\d{5,20}(-\d{5,20})?@g\.us$/, 'must be the id of a group, ending in @g.us');
export const rankSchema = z.enum(['member', 'admin', 'superadmin']);
export type Rank = z.infer<typeof rankSchema>;

export const subjectSchema = z.string().min(1).max(100);
export const descriptionSchema = z.string().max(2048);

/** Whether a group names people by number or by lid, in its metadata and in its messages. The server decides, and pages follow. */
export const addressingSchema = z.enum(['pn', 'lid']);
export type Addressing = z.infer<typeof addressingSchema>;

/** What a group is in a community. The parent stands for the community itself: people are its members, and nothing is written in it. */
export const communityPartSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('parent') }),
  z.strictObject({ as: z.enum(['announcements', 'linked']), parent: groupJidSchema }),
]);
export type CommunityPart = z.infer<typeof communityPartSchema>;

/** A group of a community, as its members see it. */
export interface LinkedGroup {
  id: string;
  subject: string;
  isAnnouncements: boolean;
  isMember: boolean;
  /** Number of members. */
  size: number;
}

/** What admins decide about a group. */
export const groupSettingsSchema = z.strictObject({
  /** Only admins send messages. */
  announce: z.boolean(),
  /** Only admins change subject, description, picture and the time after which messages disappear. */
  restrict: z.boolean(),
  /** Admins approve who joins. */
  approval: z.boolean(),
  /** Only admins add members. */
  adminsAdd: z.boolean(),
  /** Seconds after which messages disappear; 0 = never. */
  ephemeral: z.int().nonnegative(),
});
export type GroupSettings = z.infer<typeof groupSettingsSchema>;
export const someSettingsSchema = groupSettingsSchema.partial();
export type SomeSettings = z.infer<typeof someSettingsSchema>;

/** One change of a group by one of its members. */
export const groupChangeSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('subject'), subject: subjectSchema }),
  /** `id` names the version; an empty text deletes the description. */
  z.strictObject({ what: z.literal('description'), text: descriptionSchema, id: z.string().min(1).max(64) }),
  z.strictObject({ what: z.literal('settings'), settings: someSettingsSchema }),
]);
export type GroupChange = z.infer<typeof groupChangeSchema>;

export const participantActionSchema = z.enum(['add', 'remove', 'promote', 'demote']);
export type ParticipantAction = z.infer<typeof participantActionSchema>;

/** What a member of a group knows of it. */
export interface GroupInfo {
  id: string;
  addressing: Addressing;
  community?: CommunityPart;
  subject: string;
  /** Seconds since 1970. */
  subjectTime: number;
  description?: { text: string; id: string; time: number; by: string };
  /** Jid of the founder. */
  owner: string;
  creation: number;
  settings: GroupSettings;
  /** `id` as the group addresses people, `alt` the other one of number and lid. */
  participants: { id: string; alt: string; rank: Rank }[];
  /** Number of participants; what those see who are none, beside the subject. */
  size: number;
}

/** What the server did for one participant: 200, or the status of its refusal. */
export interface ParticipantResult {
  id: string;
  status: number;
  /** With 403: a code with which the participant can be invited, and until when, in seconds since 1970. */
  invite?: { code: string; expiration: number };
}

export const joinMethodSchema = z.enum(['InviteLink', 'NonAdminAdd', 'LinkedGroupJoin']);
export type JoinMethod = z.infer<typeof joinMethodSchema>;

/** A request to join. */
export interface JoinRequest {
  id: string;
  /** The member whose doing it is, for a request that a member made for another. */
  addedBy: string;
  method: JoinMethod;
  t: number;
}

const participantsSchema = z.array(userJidSchema).max(1_024);
const groupArgs = z.strictObject({ group: groupJidSchema });

/** What pages ask about groups; see `queries`. */
export const groupQueries = {
  'group-info': groupArgs,
  'group-create': z.strictObject({
    subject: subjectSchema,
    participants: participantsSchema,
    settings: someSettingsSchema,
    /** The community that it becomes a group of. */
    parent: groupJidSchema.optional(),
  }),
  'group-change': z.strictObject({ group: groupJidSchema, change: groupChangeSchema }),
  'group-participants': z.strictObject({
    group: groupJidSchema,
    action: participantActionSchema,
    participants: participantsSchema,
  }),
  'group-leave': groupArgs,
  'group-invite-code': groupArgs,
  'group-invite-reset': groupArgs,
  'group-invite-info': z.strictObject({ code: z.string().max(64) }),
  'group-join': z.strictObject({ code: z.string().max(64) }),
  'group-join-invited': z.strictObject({
    group: groupJidSchema,
    code: z.string().max(64),
    expiration: z.int(),
    by: userJidSchema,
  }),
  'group-requests': groupArgs,
  'group-answer-requests': z.strictObject({
    group: groupJidSchema,
    approve: z.boolean(),
    participants: participantsSchema,
  }),
} as const;

export interface GroupQueryValues {
  'group-info': GroupInfo;
  'group-create': { group: GroupInfo; results: readonly ParticipantResult[] };
  'group-change': null;
  'group-participants': readonly ParticipantResult[];
  'group-leave': null;
  'group-invite-code': string;
  'group-invite-reset': string;
  'group-invite-info': GroupInfo;
  /** False when an admin has to approve it first. */
  'group-join': { group: string; isMember: boolean };
  'group-join-invited': { group: string };
  'group-requests': JoinRequest[];
  'group-answer-requests': readonly ParticipantResult[];
}
