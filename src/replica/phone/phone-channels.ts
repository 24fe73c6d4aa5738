import type { NewPhoneChannel, PhoneChannel } from '../../contracts/phone-control.ts';
import type { ChannelEdit } from '../../contracts/replica-channels.ts';
import { type Added, bodyOf } from '../../contracts/replica-message.ts';
import type { Channels, ReplicaChannel } from '../world/channels.ts';
import { newMessageId } from '../world/people.ts';
import type { Actor } from './phone-groups.ts';

/** What a person does with channels on the phone. Each operation may throw a Refusal. */
export class PhoneChannels {
  private readonly number: string;
  private readonly channels: Channels;

  constructor(number: string, channels: Channels) {
    this.number = number;
    this.channels = channels;
  }

  /** The channels that the phone's number owns, runs or has subscribed to. */
  list(): PhoneChannel[] {
    return this.channels.of(this.number).map(channelSeenByPhone);
  }

  /** @throws Refusal `channel-unknown`. */
  get(id: string): PhoneChannel {
    return channelSeenByPhone(this.channels.get(id));
  }

  create({ by = this.number, ...channel }: NewPhoneChannel): PhoneChannel {
    return channelSeenByPhone(this.channels.create(by, channel));
  }

  edit(id: string, edit: ChannelEdit, { by = this.number }: Actor = {}): PhoneChannel {
    this.channels.edit(by, id, edit);
    return this.get(id);
  }

  delete(id: string, { by = this.number }: Actor = {}): void {
    this.channels.delete(by, id);
  }

  subscribe(id: string, isSubscribed = true, { by = this.number }: Actor = {}): void {
    this.channels.subscribe(by, id, isSubscribed);
  }

  /** @returns id of the post. */
  post(id: string, content: Added, { by = this.number }: Actor = {}): string {
    return this.channels.post(by, id, { postId: newMessageId(), content }).id;
  }

  /** Reacts to a post; an empty text takes the reaction back. */
  react(id: string, post: string, text: string, { by = this.number }: Actor = {}): void {
    this.channels.react(by, id, post, text);
  }

  inviteAdmin(id: string, number: string, { by = this.number }: Actor = {}): void {
    this.channels.inviteAdmin(by, id, number);
  }

  acceptAdminInvite(id: string, { by = this.number }: Actor = {}): void {
    this.channels.acceptAdminInvite(by, id);
  }
}

function channelSeenByPhone(channel: ReplicaChannel): PhoneChannel {
  const { id, name, description, inviteCode, reactions, owner, admins, subscribers, mutedBy, adminInvites, posts } =
    channel;
  return {
    id,
    name,
    description,
    inviteCode,
    reactions,
    owner,
    admins: [...admins],
    subscribers: subscribers.map(({ number }) => number),
    mutedBy: [...mutedBy],
    picture: channel.picture !== undefined,
    adminInvites: adminInvites.map(({ number }) => number),
    posts: posts.map((post) => ({ ...post, body: bodyOf(post.content) })),
  };
}
