import type { GroupInfo, JoinRequest } from '../../../contracts/replica-groups.ts';
import { BaseCollection, type ModelId } from './base-collection.ts';
import { type Attributes, BaseModel, defineAttributes } from './base-model.ts';
import { Wid } from './wid.ts';

/** What groups know of people: whether one is the account, and the other address of a number or a lid. */
interface Identities {
  isMe(wid: Wid): boolean;
  alternateOf(wid: Wid): Wid | null;
}

export class GroupParticipant extends BaseModel {
  declare id: Wid;
  declare isAdmin: boolean;
  declare isSuperAdmin: boolean;
}
defineAttributes(GroupParticipant, {
  props: ['id', 'isAdmin', 'isSuperAdmin', 'leaveTs', 'leaveReason'],
  session: ['contact'],
});

/** The people in one group. */
export class GroupParticipantCollection extends BaseCollection<GroupParticipant> {
  declare private readonly identities: Identities;

  constructor(identities: Identities) {
    super(GroupParticipant);
    Object.defineProperty(this, 'identities', { value: identities });
  }

  iAmMember(): boolean {
    return this.getMeParticipant() !== undefined;
  }

  iAmAdmin(): boolean {
    return Boolean(this.getMeParticipant()?.isAdmin);
  }

  iAmSuperAdmin(): boolean {
    return Boolean(this.getMeParticipant()?.isSuperAdmin);
  }

  getMeParticipant(): GroupParticipant | undefined {
    return this.findFirst(({ id }) => this.identities.isMe(id));
  }

  getAdmins(): GroupParticipant[] {
    return this.filter(({ isAdmin }) => isAdmin);
  }

  userIsMember(id: ModelId): boolean {
    return this.ofUser(id) !== undefined;
  }

  userIsAdmin(id: ModelId): boolean {
    return Boolean(this.ofUser(id)?.isAdmin);
  }

  userIsSuperAdmin(id: ModelId): boolean {
    return Boolean(this.ofUser(id)?.isSuperAdmin);
  }

  private ofUser(id: ModelId): GroupParticipant | undefined {
    return this.get(id) ?? this.get(String(this.identities.alternateOf(new Wid(String(id)))));
  }

  canAdd(): boolean {
    return this.iAmAdmin();
  }

  canRemove({ isSuperAdmin, id }: GroupParticipant): boolean {
    return this.iAmAdmin() && !isSuperAdmin && !this.identities.isMe(id);
  }

  canPromote({ isAdmin }: GroupParticipant): boolean {
    return this.iAmAdmin() && !isAdmin;
  }

  canDemote({ isAdmin, isSuperAdmin, id }: GroupParticipant): boolean {
    return this.iAmAdmin() && isAdmin && !isSuperAdmin && !this.identities.isMe(id);
  }
}

export class MembershipApprovalRequest extends BaseModel {
  declare id: Wid;
}
defineAttributes(MembershipApprovalRequest, {
  props: ['id', 't', 'addedBy', 'requestMethod', 'parentGroupId'],
  session: ['contact', 'addedByContact'],
});

const groupMetadataProps = [
  'id',
  'creation',
  'owner',
  'subject',
  'subjectTime',
  'desc',
  'descId',
  'descTime',
  'descOwner',
  'restrict',
  'announce',
  'noFrequentlyForwarded',
  'ephemeralDuration',
  'membershipApprovalMode',
  'memberAddMode',
  'size',
  'support',
  'suspended',
  'terminated',
  'isLidAddressingMode',
  'isParentGroup',
  'isParentGroupClosed',
  'parentGroup',
  'defaultSubgroup',
  'generalSubgroup',
];

const nested = ['participants', 'pendingParticipants', 'pastParticipants', 'membershipApprovalRequests'] as const;

/** What the page knows of one group. */
export class GroupMetadata extends BaseModel {
  declare id: Wid;
  declare subject: string | undefined;
  declare participants: GroupParticipantCollection;
  declare membershipApprovalRequests: BaseCollection<MembershipApprovalRequest>;
  declare isParentGroup: boolean;
  declare parentGroup: Wid | undefined;
  declare defaultSubgroup: boolean;

  get groupType(): string {
    if (this.defaultSubgroup) return 'LINKED_ANNOUNCEMENT_GROUP';
    if (this.parentGroup) return 'LINKED_SUBGROUP';
    return this.isParentGroup ? 'COMMUNITY' : 'DEFAULT';
  }

  /** Id of the community that it is or belongs to. */
  get community(): Wid | undefined {
    return this.isParentGroup ? this.id : this.parentGroup;
  }

  /** Takes over what the server says. */
  apply(info: GroupInfo): void {
    this.set(metadataOf(info));
    const present = new Set(info.participants.map(({ id }) => id));
    this.participants.remove(this.participants.filter(({ id }) => !present.has(String(id))));
    this.participants.add(
      info.participants.map(({ id, rank }) => ({
        id: new Wid(id),
        isAdmin: rank !== 'member',
        isSuperAdmin: rank === 'superadmin',
      })),
    );
  }

  applyRequests(requests: readonly JoinRequest[]): void {
    this.membershipApprovalRequests.reset();
    this.membershipApprovalRequests.add(requests.map(requestAttributes));
  }

  /** On the real page the collections in it, too. */
  override serialize(): Attributes {
    const own = super.serialize();
    for (const name of nested) own[name] = (this.get(name) as BaseCollection).serialize();
    return own;
  }
}
defineAttributes(GroupMetadata, {
  props: groupMetadataProps,
  session: ['stale', 'inviteCode', 'joinedSubgroups', ...nested],
});

/** The groups of the account, and those that it was in. */
export class GroupMetadataCollection extends BaseCollection<GroupMetadata> {
  /** Asks the server; set by what has the connection. */
  declare query: (id: string) => Promise<GroupInfo>;
  declare identities: Identities;

  constructor() {
    super(GroupMetadata);
    Object.defineProperties(this, {
      query: { value: undefined, writable: true },
      identities: { value: { isMe: () => false, alternateOf: () => null }, writable: true },
    });
  }

  /** Returns the metadata; an unknown one has its id only. */
  ensure(wid: Wid): GroupMetadata {
    const known = this.get(wid);
    if (known) return known;
    return this.add({
      id: wid,
      participants: new GroupParticipantCollection(this.identities),
      pendingParticipants: new BaseCollection(GroupParticipant),
      pastParticipants: new BaseCollection(GroupParticipant),
      membershipApprovalRequests: new BaseCollection(MembershipApprovalRequest),
      joinedSubgroups: [],
    })[0] as GroupMetadata;
  }

  override gadd(id: ModelId): GroupMetadata {
    return this.ensure(new Wid(String(id)));
  }

  override findQuery(id: ModelId): Promise<GroupMetadata> {
    return this.update(id);
  }

  /**
   * Asks the server for the group. A group that the account has left keeps its last known state.
   *
   * @throws ServerStatusCodeError for a group of which the page knows nothing.
   */
  override async update(id: ModelId): Promise<GroupMetadata> {
    const known = this.get(id);
    try {
      const info = await this.query(String(id));
      const metadata = this.gadd(id);
      metadata.apply(info);
      return metadata;
    } catch (error) {
      if (known?.subject === undefined || (error as Error).name !== 'ServerStatusCodeError') throw error;
      return known;
    }
  }
}

/** The attributes of a group that the page and its callers read, without the participants. */
export function metadataOf({ id, description, settings, community, ...info }: GroupInfo): Attributes {
  const { announce, restrict, approval, adminsAdd, ephemeral } = settings;
  return {
    id: new Wid(id),
    creation: info.creation,
    owner: new Wid(info.owner),
    subject: info.subject,
    subjectTime: info.subjectTime,
    ...(description && {
      desc: description.text,
      descId: description.id,
      descTime: description.time,
      descOwner: new Wid(description.by),
    }),
    restrict,
    announce,
    noFrequentlyForwarded: false,
    ephemeralDuration: ephemeral,
    membershipApprovalMode: approval,
    memberAddMode: adminsAdd ? 'admin_add' : 'all_member_add',
    size: info.size,
    support: false,
    suspended: false,
    terminated: false,
    isLidAddressingMode: info.addressing === 'lid',
    isParentGroup: community?.as === 'parent',
    isParentGroupClosed: community?.as === 'parent',
    parentGroup: community && 'parent' in community ? new Wid(community.parent) : undefined,
    defaultSubgroup: community?.as === 'announcements',
    generalSubgroup: false,
  };
}

export function requestAttributes({ id, addedBy, method, t }: JoinRequest): Attributes {
  return { id: new Wid(id), addedBy: new Wid(addedBy), requestMethod: method, t, parentGroupId: null };
}
