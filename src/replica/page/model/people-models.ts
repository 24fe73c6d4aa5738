import type { BusinessRecord, CallRecord } from '../../../contracts/replica-profiles.ts';
import { BaseCollection, type ModelId } from './base-collection.ts';
import { type Attributes, BaseModel, defineAttributes } from './base-model.ts';
import { EventEmitter } from './event-emitter.ts';
import { Wid } from './wid.ts';

/** Asks the server; set by what has the connection. */
type Fetch<T> = (wid: Wid) => Promise<T>;

/** A person whom the account has blocked. */
export class BlockedPerson extends BaseModel {}
defineAttributes(BlockedPerson, { props: ['id'], session: [] });

export class BlocklistCollection extends BaseCollection<BlockedPerson> {
  constructor() {
    super(BlockedPerson);
  }

  replaceAllWith(ids: readonly string[]): void {
    this.remove(this.getModelsArray());
    this.add(ids.map((id) => ({ id: new Wid(id) })));
  }
}

export class ProfilePicThumb extends BaseModel {
  declare id: Wid;
  declare eurl: string | undefined;
  /** It has changed since it was fetched. */
  declare stale: boolean | undefined;

  /** An address on the page's own origin, so that code in the page can fetch it. */
  get img(): string | undefined {
    return this.eurl && `/pp/${this.eurl.slice(this.eurl.lastIndexOf('/') + 1)}`;
  }

  get imgFull(): string | undefined {
    return this.img;
  }

  canSet(): boolean {
    return (this.collection as unknown as ProfilePicThumbCollection).mayChange(this.id);
  }

  canDelete(): boolean {
    return this.canSet() && this.eurl !== undefined;
  }
}
defineAttributes(ProfilePicThumb, {
  props: ['id', 'tag', 'raw', 'eurl', 'previewEurl', 'fullDirectPath', 'previewDirectPath', 'filehash'],
  session: ['stale', 'eurlStale', 'pendingPic', 'timestamp'],
});

export class ProfilePicThumbCollection extends BaseCollection<ProfilePicThumb> {
  declare fetch: Fetch<Attributes>;
  /** Whether the account may change the picture of a person, a group or a channel. */
  declare mayChange: (wid: Wid) => boolean;

  constructor() {
    super(ProfilePicThumb);
    Object.defineProperties(this, { fetch: { writable: true }, mayChange: { writable: true } });
  }

  override async find(id: ModelId): Promise<ProfilePicThumb> {
    const known = this.get(id);
    return known && !known.stale ? known : this.findQuery(id);
  }

  override async findQuery(id: ModelId): Promise<ProfilePicThumb> {
    const picture = await this.fetch(new Wid(String(id)));
    return this.add({ ...picture, stale: false })[0] as ProfilePicThumb;
  }
}

export class Chatstate extends BaseModel {
  declare type: string | undefined;
}
defineAttributes(Chatstate, { props: ['id', 'type', 't', 'deny'], session: ['updateTime', 'expireTimerId'] });

/** Whether a person is online, and what it does in the chat. */
export class PresenceModel extends BaseModel {
  declare id: Wid;
  declare isOnline: boolean;
  declare chatstate: Chatstate;

  override initialize(): void {
    this.set({ isOnline: false, hasData: false, isSubscribed: false, chatstate: new Chatstate({ id: this.id }) });
  }

  async subscribe(): Promise<void> {
    this.set({ isSubscribed: true });
  }
}
defineAttributes(PresenceModel, {
  props: ['id'],
  session: ['isOnline', 'stale', 'hasData', 'isSubscribed', 'chatActive', 'chatstate', 'forceDisplay'],
});

export class PresenceCollection extends BaseCollection<PresenceModel> {
  constructor() {
    super(PresenceModel);
  }
}

export class BusinessProfile extends BaseModel {
  /** Absent for a person who is no business. */
  declare profileOptions: object | undefined;
}
defineAttributes(BusinessProfile, {
  props: ['id', 'tag', 'description', 'categories', 'profileOptions', 'email', 'website', 'businessHours', 'address'],
  session: ['stale'],
});

export class BusinessProfileCollection extends BaseCollection<BusinessProfile> {
  declare fetch: Fetch<BusinessRecord | null>;

  constructor() {
    super(BusinessProfile);
    Object.defineProperty(this, 'fetch', { writable: true });
  }

  override async findQuery(id: ModelId): Promise<BusinessProfile> {
    const found = await this.fetch(new Wid(String(id)));
    const profile = this.add({ id })[0] as BusinessProfile;
    if (!found) return profile;
    const { category, ...fields } = found;
    const categories = category === undefined ? [] : [{ id: category, localized_display_name: category }];
    return profile.set({ ...fields, categories, profileOptions: { commerceExperience: 'none', cartEnabled: false } });
  }

  fetchBizProfile(wid: Wid): Promise<BusinessProfile> {
    return this.find(wid);
  }
}

/** A call to the account. The page has no voice: another device takes it, or it is rejected. */
export class CallModel extends EventEmitter {
  readonly id: string;
  readonly peerJid: Wid;
  readonly offerTime: number;
  readonly isVideo: boolean;
  readonly isGroup: boolean;
  readonly outgoing = false;
  readonly canHandleLocally = false;
  readonly webClientShouldHandle = false;
  readonly participants: unknown[] = [];

  constructor({ id, from, t, isVideo, isGroup }: CallRecord) {
    super();
    this.id = id;
    this.peerJid = new Wid(`${from}@c.us`);
    this.offerTime = t;
    this.isVideo = isVideo;
    this.isGroup = isGroup;
  }
}

/** Calls that ring live in a Map of their own; the collection is no BaseCollection. */
export class CallCollection extends EventEmitter {
  /** The only enumerable field that is a Map; its real name is minified and changes with each build. */
  readonly $CallCollectionImpl$p_1 = new Map<string, CallModel>();

  get(id: string): CallModel | undefined {
    return this.$CallCollectionImpl$p_1.get(id);
  }

  add(call: CallModel): CallModel {
    this.$CallCollectionImpl$p_1.set(call.id, call);
    this.trigger('add', call, this, {});
    return call;
  }

  remove(id: string): void {
    const call = this.get(id);
    if (!call) return;
    this.$CallCollectionImpl$p_1.delete(id);
    this.trigger('remove', call, this, {});
  }

  getModelsArray(): CallModel[] {
    return [...this.$CallCollectionImpl$p_1.values()];
  }
}

/** The lids of people beside their numbers, as far as the page has learned them from the server. */
export class Lids {
  private readonly byNumber = new Map<string, Wid>();
  private readonly byLid = new Map<string, Wid>();

  learn(number: Wid, lid: Wid): void {
    this.byNumber.set(String(number), lid);
    this.byLid.set(String(lid), number);
  }

  /** The lid of a number. */
  lidOf(wid: Wid): Wid | null {
    return this.byNumber.get(String(wid)) ?? null;
  }

  /** The number behind a lid. */
  numberOf(wid: Wid): Wid | null {
    return this.byLid.get(String(wid)) ?? null;
  }

  /** The lid of a number, or the number behind a lid. */
  alternateOf(wid: Wid): Wid | null {
    return wid.isLid() ? this.numberOf(wid) : this.lidOf(wid);
  }

  /** @throws Error for a number that the page has never asked about. */
  mustHaveLid(wid: Wid): Wid {
    const lid = wid.isLid() ? wid : this.lidOf(wid);
    if (!lid) throw new Error('No LID for user');
    return lid;
  }
}
