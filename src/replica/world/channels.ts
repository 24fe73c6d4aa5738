import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.ts';
import {
  type ChannelEdit,
  type ChannelInfo,
  type ChannelRole,
  channelJidSchema,
  channelReactionsSchema,
} from '../../contracts/replica-channels.ts';
import { type Added, addedSchema, type ChangeMessage, type Message } from '../../contracts/replica-message.ts';
import type { Device, ReplicaAccounts } from './accounts.ts';
import type { MessageDelivery } from './message-delivery.ts';
import { type Picture, userJid, userOf } from './people.ts';

/** Admins of a channel at most. [WhatsApp's help pages] */
const maxAdmins = 16;
/** How long an invitation to be an admin lasts, in seconds. [reported: seven days] */
const inviteSeconds = 604_800;
/** What `basic` reactions are. */
const basicReactions: readonly string[] = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

const numberSchema = z.string().regex(/^\d{3,20}$/);
const timeSchema = z.int();

/** A channel; people by their numbers, times in seconds since 1970. */
export const channelSchema = z.strictObject({
  id: channelJidSchema,
  name: z.string(),
  nameTime: timeSchema,
  description: z.string(),
  descriptionTime: timeSchema,
  creation: timeSchema,
  inviteCode: z.string(),
  isVerified: z.boolean(),
  reactions: channelReactionsSchema,
  picture: z.strictObject({ id: z.string(), data: z.base64() }).optional(),
  owner: numberSchema,
  admins: z.array(numberSchema),
  subscribers: z.array(z.strictObject({ number: numberSchema, t: timeSchema })),
  mutedBy: z.array(numberSchema),
  adminInvites: z.array(z.strictObject({ number: numberSchema, expires: timeSchema })),
  posts: z.array(
    z.strictObject({
      id: z.string(),
      serverId: z.int().positive(),
      t: timeSchema,
      content: addedSchema,
      reactions: z.array(z.strictObject({ number: numberSchema, text: z.string() })),
    }),
  ),
});
export type ReplicaChannel = z.infer<typeof channelSchema>;
export type ChannelPost = ReplicaChannel['posts'][number];

interface ChannelsParts {
  accounts: ReplicaAccounts;
  delivery: MessageDelivery;
}

/**
 * All channels. Each operation is done by one person, who is named first by the number; what that person may not do throws a Refusal.
 */
export class Channels {
  private readonly parts: ChannelsParts;
  private readonly byId = new Map<string, ReplicaChannel>();

  constructor(parts: ChannelsParts) {
    this.parts = parts;
  }

  /** @throws Refusal `channel-unknown`. */
  get(id: string): ReplicaChannel {
    const channel = this.byId.get(id);
    if (!channel) throw new Refusal('channel-unknown', `There is no channel ${id}.`);
    return channel;
  }

  all(): ReplicaChannel[] {
    return [...this.byId.values()];
  }

  add(channel: ReplicaChannel): ReplicaChannel {
    this.byId.set(channel.id, channel);
    return channel;
  }

  /** The channels that a person owns, runs or has subscribed to. */
  of(number: string): ReplicaChannel[] {
    return this.all().filter((channel) => roleIn(channel, number) !== 'guest');
  }

  /** Numbers of all who own, run or have subscribed to the channel. @throws Refusal `channel-unknown`. */
  peopleOf(id: string): string[] {
    return peopleOf(this.get(id));
  }

  /** @throws Refusal `channel-unknown`. */
  withInvite(code: string): ReplicaChannel {
    const channel = this.all().find(({ inviteCode }) => inviteCode === code);
    if (!channel) throw new Refusal('channel-unknown', 'No channel has this invite code.');
    return channel;
  }

  /** Channels whose name has the text, those with the most subscribers first. */
  search(number: string, { text, limit, isWithoutSubscribed }: ChannelSearch): ReplicaChannel[] {
    return this.all()
      .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
      .filter((channel) => !isWithoutSubscribed || roleIn(channel, number) === 'guest')
      .sort((a, b) => b.subscribers.length - a.subscribers.length)
      .slice(0, limit);
  }

  create(owner: string, { name, description = '', id }: NewChannel): ReplicaChannel {
    const t = now();
    const channel = this.add({
      id: id ?? `120363${randomInt(1e11, 1e12)}@newsletter`,
      name,
      nameTime: t,
      description,
      descriptionTime: t,
      creation: t,
      inviteCode: `0029Va${randomBytes(12).toString('hex').slice(0, 16)}`,
      isVerified: false,
      reactions: 'all',
      owner,
      admins: [],
      subscribers: [],
      mutedBy: [],
      adminInvites: [],
      posts: [],
    });
    this.tell(channel, [owner]);
    return channel;
  }

  /** @throws Refusal `channel-unknown`, `channel-not-admin`. */
  edit(actor: string, id: string, { name, description, reactions }: ChannelEdit): void {
    const channel = this.asAdmin(actor, id);
    const t = now();
    if (name !== undefined) Object.assign(channel, { name, nameTime: t });
    if (description !== undefined) Object.assign(channel, { description, descriptionTime: t });
    if (reactions !== undefined) channel.reactions = reactions;
    this.tell(channel);
  }

  /** @param picture null removes it. @throws Refusal `channel-unknown`, `channel-not-admin`. */
  setPicture(actor: string, id: string, picture: Picture | null): void {
    const channel = this.asAdmin(actor, id);
    if (picture) channel.picture = picture;
    else delete channel.picture;
    this.tell(channel);
  }

  /** @throws Refusal `channel-unknown`, `channel-not-admin` for all but the owner. */
  delete(actor: string, id: string): void {
    const channel = this.asOwner(actor, id);
    this.byId.delete(id);
    for (const number of peopleOf(channel)) this.notify(number, { kind: 'channel-gone', channel: id });
  }

  /** @throws Refusal `channel-unknown`, `channel-is-own`. */
  subscribe(number: string, id: string, isSubscribed: boolean): void {
    const channel = this.get(id);
    const role = roleIn(channel, number);
    if (role === 'owner' || role === 'admin') throw new Refusal('channel-is-own', `${number} runs the channel.`);
    channel.subscribers = channel.subscribers.filter((other) => other.number !== number);
    if (isSubscribed) channel.subscribers.push({ number, t: now() });
    this.tell(channel, [number]);
    if (isSubscribed) for (const post of channel.posts.slice(-recentPosts)) this.deliver(channel, post, [number]);
  }

  mute(number: string, id: string, isMuted: boolean): void {
    const channel = this.get(id);
    channel.mutedBy = channel.mutedBy.filter((other) => other !== number);
    if (isMuted) channel.mutedBy.push(number);
    this.tell(channel, [number]);
  }

  /** @param from the device that posts; it has the message. @throws Refusal `channel-unknown`, `channel-not-admin`. */
  post(
    author: string,
    id: string,
    { postId, content }: { postId: string; content: Added },
    from?: Device,
  ): ChannelPost {
    const channel = this.asAdmin(author, id);
    const serverId = (channel.posts.at(-1)?.serverId ?? 99) + 1;
    const post: ChannelPost = { id: postId, serverId, t: now(), content, reactions: [] };
    channel.posts.push(post);
    const account = this.parts.accounts.get(author);
    if (account) {
      const own: Message = { id: postId, from: userJid(author), to: id, content, t: post.t, ack: 1, serverId };
      this.parts.delivery.ofAccount(account, own, from);
    }
    this.deliver(
      channel,
      post,
      peopleOf(channel).filter((number) => number !== author),
    );
    return post;
  }

  /**
   * Takes a reaction to a post; an empty text takes it back.
   *
   * @throws Refusal `channel-unknown`, `post-unknown`, `channel-reaction-not-allowed`.
   */
  react(number: string, id: string, postId: string, text: string): void {
    const channel = this.get(id);
    const post = channel.posts.find((one) => one.id === postId);
    if (!post) throw new Refusal('post-unknown', `The channel has no post ${postId}.`);
    const { reactions } = channel;
    if (text && (reactions === 'none' || (reactions === 'basic' && !basicReactions.includes(text)))) {
      throw new Refusal('channel-reaction-not-allowed', `The channel takes ${reactions} reactions.`);
    }
    post.reactions = post.reactions.filter((other) => other.number !== number);
    if (text) post.reactions.push({ number, text });
  }

  /** What a page sends to a channel like a message: a reaction. @throws Refusal also for anything else. */
  take({ from, to, content }: ChangeMessage): void {
    if (content.kind !== 'reaction') throw new Refusal('bad-request', `A channel takes no ${content.kind}.`);
    this.react(userOf(from), to, content.target.id, content.text);
  }

  /** The subscribers, for those who run the channel. @throws Refusal `channel-unknown`, `channel-not-admin`. */
  subscribers(actor: string, id: string, limit: number): { id: string; role: ChannelRole; t: number }[] {
    const channel = this.asAdmin(actor, id);
    const { owner, admins, creation, subscribers } = channel;
    const running = [owner, ...admins].map((number) => ({ number, t: creation }));
    return [...running, ...subscribers]
      .slice(0, limit)
      .map(({ number, t }) => ({ id: userJid(number), role: roleIn(channel, number), t }));
  }

  /** @throws Refusal `channel-unknown`, `channel-not-admin`, `channel-full`. */
  inviteAdmin(actor: string, id: string, number: string): { name: string; expires: number } {
    const channel = this.asOwner(actor, id);
    if (channel.admins.length + 1 >= maxAdmins) throw new Refusal('channel-full', `A channel has ${maxAdmins} admins.`);
    const expires = now() + inviteSeconds;
    channel.adminInvites = [...channel.adminInvites.filter((invite) => invite.number !== number), { number, expires }];
    return { name: channel.name, expires };
  }

  /** @throws Refusal `channel-unknown`, `channel-not-admin`, `channel-invite-unknown`. */
  revokeAdminInvite(actor: string, id: string, number: string): void {
    const channel = this.asOwner(actor, id);
    this.takeInvite(channel, number);
  }

  /** @throws Refusal `channel-unknown`, `channel-invite-unknown`. */
  acceptAdminInvite(number: string, id: string): void {
    const channel = this.get(id);
    this.takeInvite(channel, number);
    channel.subscribers = channel.subscribers.filter((other) => other.number !== number);
    channel.admins.push(number);
    this.tell(channel);
  }

  /** Makes an admin a subscriber. Admins may do it to themselves. @throws Refusal `channel-unknown`, `channel-not-admin`. */
  demote(actor: string, id: string, number: string): void {
    const channel = actor === number ? this.asAdmin(actor, id) : this.asOwner(actor, id);
    if (!channel.admins.includes(number))
      throw new Refusal('channel-not-admin', `${number} is no admin of the channel.`);
    channel.admins = channel.admins.filter((other) => other !== number);
    channel.subscribers.push({ number, t: now() });
    this.tell(channel);
  }

  /** An admin becomes the owner, and the owner an admin. @throws Refusal `channel-unknown`, `channel-not-admin`. */
  transfer(actor: string, id: string, number: string): void {
    const channel = this.asOwner(actor, id);
    if (!channel.admins.includes(number))
      throw new Refusal('channel-not-admin', `${number} is no admin of the channel.`);
    channel.admins = [...channel.admins.filter((other) => other !== number), actor];
    channel.owner = number;
    this.tell(channel);
  }

  private takeInvite(channel: ReplicaChannel, number: string): void {
    const invite = channel.adminInvites.find((one) => one.number === number);
    if (!invite || invite.expires < now()) {
      throw new Refusal('channel-invite-unknown', `${number} is not invited to be an admin.`);
    }
    channel.adminInvites = channel.adminInvites.filter((one) => one !== invite);
  }

  private asAdmin(number: string, id: string): ReplicaChannel {
    const channel = this.get(id);
    const role = roleIn(channel, number);
    if (role !== 'owner' && role !== 'admin') throw new Refusal('channel-not-admin', `${number} does not run ${id}.`);
    return channel;
  }

  private asOwner(number: string, id: string): ReplicaChannel {
    const channel = this.get(id);
    if (channel.owner !== number) throw new Refusal('channel-not-admin', `${number} is not the owner of ${id}.`);
    return channel;
  }

  private deliver(
    channel: ReplicaChannel,
    { id, serverId, t, content }: ChannelPost,
    numbers: readonly string[],
  ): void {
    const message: Message = { id, from: channel.id, to: channel.id, content, t, ack: 1, serverId };
    for (const number of numbers) {
      const account = this.parts.accounts.get(number);
      const isKnown = account?.messages.some((other) => other.id === id && other.to === channel.id);
      if (account && !isKnown) this.parts.delivery.fromServer(account, message);
    }
  }

  private tell(channel: ReplicaChannel, numbers: readonly string[] = peopleOf(channel)): void {
    for (const number of numbers) this.notify(number, { kind: 'channel', channel: channelInfo(channel, number) });
  }

  private notify(number: string, notification: Parameters<MessageDelivery['notify']>[1]): void {
    const account = this.parts.accounts.get(number);
    if (account) this.parts.delivery.notify(account, notification);
  }
}

/** How many posts a new subscriber gets. [assumed] */
const recentPosts = 50;

interface NewChannel {
  name: string;
  description?: string | undefined;
  /** By default a new one. */
  id?: string | undefined;
}

interface ChannelSearch {
  text: string;
  limit: number;
  isWithoutSubscribed: boolean;
}

function roleIn({ owner, admins, subscribers }: ReplicaChannel, number: string): ChannelRole {
  if (owner === number) return 'owner';
  if (admins.includes(number)) return 'admin';
  return subscribers.some((subscriber) => subscriber.number === number) ? 'subscriber' : 'guest';
}

function peopleOf({ owner, admins, subscribers }: ReplicaChannel): string[] {
  return [owner, ...admins, ...subscribers.map(({ number }) => number)];
}

/** What a person sees of the channel. */
export function channelInfo(channel: ReplicaChannel, number: string): ChannelInfo {
  const { id, name, nameTime, description, descriptionTime, creation, inviteCode, isVerified, reactions } = channel;
  return {
    id,
    name,
    nameTime,
    description,
    descriptionTime,
    creation,
    inviteCode,
    isVerified,
    reactions,
    size: channel.subscribers.length,
    role: roleIn(channel, number),
    isMuted: channel.mutedBy.includes(number),
    adminCount: channel.admins.length + 1,
  };
}

const now = () => Math.floor(Date.now() / 1000);
