import { z } from 'zod';
import { phoneNumberSchema, platforms } from './phone-control.ts';
import {
  addressingSchema,
  descriptionSchema,
  groupJidSchema,
  someSettingsSchema,
  subjectSchema,
} from './replica-groups.ts';
import { contentSchema, linkedPageSchema } from './replica-message.ts';
import { businessProfileSchema, privacySchema } from './replica-profiles.ts';

/** A number as YAML has it: with or without quotes. */
const numberSchema = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), phoneNumberSchema);
const timeSchema = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-01T10:00:00Z' });

const shownSchema = z.strictObject({
  /** The name that the person chose. */
  pushname: z.string().min(1).max(100).optional(),
  /** The text below the name. */
  about: z.string().max(512).optional(),
  /** Path of a JPEG, from the folder of the world file. */
  picture: z.string().min(1).optional(),
  /** Who sees about and picture. */
  privacy: privacySchema.optional(),
  business: businessProfileSchema.optional(),
});

const messageSchema = z
  .strictObject({
    /** Its author; by default the other party of the chat, who has to be named in a group. */
    from: numberSchema.optional(),
    text: z.string().min(1).optional(),
    /** Any other content, as the phone control takes it. */
    content: contentSchema.optional(),
    /** When it was sent; by default at the start of the replica. */
    at: timeSchema.optional(),
  })
  .refine(({ text, content }) => (text === undefined) !== (content === undefined), {
    error: 'must have either text or content',
  });
export type WorldMessage = z.output<typeof messageSchema>;

const chatSchema = z.strictObject({
  /** Number of the other party, or the id of a group of this file. */
  with: z.union([numberSchema, z.string().regex(/@g\.us$/, 'must be a number, or the id of a group')]),
  messages: z.array(messageSchema).default([]),
  archived: z.boolean().optional(),
  pinned: z.boolean().optional(),
  /** A time, or `forever`. */
  mutedUntil: z.union([z.literal('forever'), timeSchema]).optional(),
  markedUnread: z.boolean().optional(),
  /** Ids of labels. */
  labels: z.array(z.string()).optional(),
  note: z.string().optional(),
});

const phoneSchema = shownSchema.extend({
  number: numberSchema,
  platform: z.enum(platforms).optional(),
  /** The address book: names by number. By default the three contacts that every phone has. */
  contacts: z.record(z.string(), z.string().min(1)).optional(),
  /** Labels of a business account, by id. */
  labels: z
    .record(
      z.string().regex(/^\d{1,9}$/),
      z.strictObject({ name: z.string().min(1), color: z.int().min(0).max(19).default(0) }),
    )
    .default({}),
  chats: z.array(chatSchema).default([]),
  blocked: z.array(numberSchema).default([]),
});

const groupSchema = z.strictObject({
  /** The id by which chats of this file name it, ending in `@g.us`. */
  id: groupJidSchema,
  subject: subjectSchema,
  description: descriptionSchema.optional(),
  owner: numberSchema,
  members: z.array(numberSchema).default([]),
  /** Members who are admins besides the owner. */
  admins: z.array(numberSchema).default([]),
  settings: someSettingsSchema.optional(),
  addressing: addressingSchema.optional(),
});

/** A community, with its group for announcements. */
const communitySchema = z.strictObject({
  /** The id by which this file names it, ending in `@g.us`. */
  id: groupJidSchema,
  subject: subjectSchema,
  owner: numberSchema,
  /** Id of the group for announcements; by default a new one. */
  announcements: groupJidSchema.optional(),
  /** Ids of groups of this file, whose owner is that of the community. */
  groups: z.array(groupJidSchema).default([]),
});

/**
 * What exists before a page links: people with an account, groups, and phones with contacts, chats and labels. Every reference is
 * checked, so that a world is whole or refused.
 */
export const worldSchema = z
  .strictObject({
    /** People with a WhatsApp account and no phone here, by number, besides the three contacts that every phone has. */
    people: z.record(z.string(), shownSchema).default({}),
    phones: z.array(phoneSchema).default([]),
    groups: z.array(groupSchema).default([]),
    communities: z.array(communitySchema).default([]),
    /** What phones find at addresses, for the previews of links. */
    links: z.record(z.url(), linkedPageSchema).default({}),
  })
  .superRefine((world, context) => {
    for (const { path, message } of brokenReferences(world)) context.addIssue({ code: 'custom', path, message });
  });
export type GivenWorld = z.output<typeof worldSchema>;
/** A world as a program gives it: fields with a default may be left out. */
export type WorldInput = z.input<typeof worldSchema>;

/** The contacts that every phone has. */
const defaultNumbers = ['12025550101', '12025550102', '12025550103'];

interface BrokenReference {
  path: (string | number)[];
  message: string;
}

function brokenReferences({ people, phones, groups, communities }: GivenWorld): BrokenReference[] {
  const broken: BrokenReference[] = [];
  const report = (path: (string | number)[], message: string) => broken.push({ path, message });
  const known = new Set([...defaultNumbers, ...Object.keys(people), ...phones.map(({ number }) => number)]);
  const mustBeKnown = (number: string, path: (string | number)[]) => {
    if (!known.has(number)) report(path, `${number} is neither a phone of this file nor one of its people`);
  };
  for (const number of Object.keys(people)) {
    const parsed = phoneNumberSchema.safeParse(number);
    if (!parsed.success) report(['people', number], parsed.error.issues[0]?.message ?? '');
    if (phones.some((phone) => phone.number === number)) report(['people', number], 'is a phone of this file, too');
  }
  const byId = new Map(groups.map((group) => [group.id, group]));
  const linked = new Set<string>();
  for (const [i, { id, owner, announcements, groups: ofCommunity }] of communities.entries()) {
    mustBeKnown(owner, ['communities', i, 'owner']);
    for (const [key, own] of Object.entries({ id, announcements })) {
      if (own === undefined) continue;
      if (byId.has(own) || linked.has(own)) report(['communities', i, key], `${own} is the id of another group`);
      linked.add(own);
    }
    for (const [j, group] of ofCommunity.entries()) {
      const at = ['communities', i, 'groups', j];
      if (!byId.has(group)) report(at, `there is no group ${group} in this file`);
      else if (linked.has(group)) report(at, `${group} is in two communities`);
      else if (byId.get(group)?.owner !== owner) report(at, `${owner} is not the owner of ${group}`);
      linked.add(group);
    }
  }
  for (const [i, group] of groups.entries()) {
    if (byId.get(group.id) !== group) report(['groups', i, 'id'], `${group.id} is the id of two groups`);
    mustBeKnown(group.owner, ['groups', i, 'owner']);
    for (const [j, member] of group.members.entries()) mustBeKnown(member, ['groups', i, 'members', j]);
    for (const [j, admin] of group.admins.entries()) {
      if (!group.members.includes(admin)) report(['groups', i, 'admins', j], `${admin} is no member of the group`);
    }
  }
  for (const [i, phone] of phones.entries()) {
    if (phones.findIndex(({ number }) => number === phone.number) < i)
      report(['phones', i, 'number'], `${phone.number} is the number of two phones`);
    for (const number of Object.keys(phone.contacts ?? {})) {
      const parsed = phoneNumberSchema.safeParse(number);
      if (!parsed.success) report(['phones', i, 'contacts', number], parsed.error.issues[0]?.message ?? '');
    }
    for (const [j, chat] of phone.chats.entries()) {
      const at = ['phones', i, 'chats', j];
      const group = byId.get(chat.with);
      const members = group ? [group.owner, ...group.members] : [phone.number, chat.with];
      if (chat.with.endsWith('@g.us')) {
        if (!group) report([...at, 'with'], `there is no group ${chat.with} in this file`);
        else if (!members.includes(phone.number)) report([...at, 'with'], `${phone.number} is no member of the group`);
      } else mustBeKnown(chat.with, [...at, 'with']);
      for (const [k, label] of (chat.labels ?? []).entries()) {
        if (!(label in phone.labels)) report([...at, 'labels', k], `the phone has no label ${label}`);
      }
      for (const [k, { from }] of chat.messages.entries()) {
        if (from === undefined) {
          if (group) report([...at, 'messages', k], 'must have a from, since the chat is a group');
        } else if (!members.includes(from)) report([...at, 'messages', k, 'from'], `${from} is not in this chat`);
      }
    }
  }
  return broken;
}
