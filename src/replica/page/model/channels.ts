import type { ChannelInfo } from '../../../contracts/replica-channels.ts';
import type { MuteCollection } from './account-models.ts';
import { BaseCollection, type ModelId } from './base-collection.ts';
import { BaseModel, defineAttributes } from './base-model.ts';
import { Chat } from './models.ts';
import { MsgList } from './msg-list.ts';
import { Wid } from './wid.ts';

/** How real pages number which reactions a channel takes. */
export const reactionCodes = { all: 3, basic: 1, none: 0 } as const;

/** What the page knows of one channel. */
export class NewsletterMetadata extends BaseModel {
  declare id: Wid;
  declare membershipType: ChannelInfo['role'];

  apply(info: ChannelInfo): void {
    this.set({
      creationTime: info.creation,
      name: info.name,
      nameUpdateTime: info.nameTime,
      description: info.description,
      descriptionUpdateTime: info.descriptionTime,
      inviteCode: info.inviteCode,
      size: info.size,
      verified: info.isVerified,
      membershipType: info.role,
      reactionCodesSetting: reactionCodes[info.reactions],
      adminCount: info.adminCount,
      suspended: false,
      geosuspended: false,
      terminated: false,
    });
  }
}
defineAttributes(NewsletterMetadata, {
  props: [
    'id',
    'creationTime',
    'name',
    'nameUpdateTime',
    'description',
    'descriptionUpdateTime',
    'handle',
    'inviteCode',
    'size',
    'verified',
    'membershipType',
    'privacy',
    'reactionCodesSetting',
    'suspended',
    'geosuspended',
    'adminCount',
    'terminated',
  ],
  session: ['pendingAdmins', 'subscribers'],
});

/** The channels of the account, and those that code in the page has looked at. */
export class NewsletterMetadataCollection extends BaseCollection<NewsletterMetadata> {
  /** Asks the server; set by what has the connection. */
  declare query: (id: string) => Promise<ChannelInfo>;

  constructor() {
    super(NewsletterMetadata);
    Object.defineProperty(this, 'query', { value: undefined, writable: true });
  }

  override gadd(id: ModelId): NewsletterMetadata {
    return this.get(id) ?? (this.add({ id: new Wid(String(id)) })[0] as NewsletterMetadata);
  }

  override findQuery(id: ModelId): Promise<NewsletterMetadata> {
    return this.update(id);
  }

  /** @throws ServerStatusCodeError for a channel that does not exist. */
  override async update(id: ModelId): Promise<NewsletterMetadata> {
    const info = await this.query(String(id));
    const metadata = this.gadd(id);
    metadata.apply(info);
    return metadata;
  }
}

/** The channels as chats; they are none of the other chats. */
export class NewsletterCollection extends BaseCollection<Chat> {
  declare private readonly mutes: MuteCollection;
  declare private readonly metadata: NewsletterMetadataCollection;

  constructor(mutes: MuteCollection, metadata: NewsletterMetadataCollection) {
    super(Chat);
    Object.defineProperties(this, { mutes: { value: mutes }, metadata: { value: metadata } });
  }

  ensure(wid: Wid): Chat {
    return this.get(wid) ?? (this.add(this.chatOf(wid))[0] as Chat);
  }

  /** A chat that is in no collection, as those of a search are. */
  chatOf(wid: Wid): Chat {
    return new Chat({
      id: wid,
      t: 0,
      unreadCount: 0,
      archive: false,
      isReadOnly: true,
      isLocked: false,
      muteExpiration: 0,
      isAutoMuted: false,
      notSpam: true,
      pin: 0,
      mute: this.mutes.gadd(wid),
      msgs: new MsgList(),
      newsletterMetadata: this.metadata.gadd(wid),
    });
  }

  /** @throws ServerStatusCodeError for a channel that does not exist. */
  override async findQuery(id: ModelId): Promise<Chat> {
    await this.metadata.update(id);
    return this.ensure(new Wid(String(id)));
  }
}

/** Takes over what the server says of a channel. */
export function applyChannel(chat: Chat, info: ChannelInfo): void {
  (chat.get('newsletterMetadata') as NewsletterMetadata).apply(info);
  chat.set({
    name: info.name,
    formattedTitle: info.name,
    isReadOnly: info.role === 'guest' || info.role === 'subscriber',
    muteExpiration: info.isMuted ? -1 : 0,
  });
  chat.mute.set({ expiration: info.isMuted ? -1 : 0 });
  if (!chat.t) chat.set({ t: info.creation });
}
