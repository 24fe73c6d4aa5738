import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.ts';
import {
  type Addressing,
  addressingSchema,
  type CommunityPart,
  communityPartSchema,
  type GroupChange,
  type GroupInfo,
  type GroupSettings,
  groupJidSchema,
  groupSettingsSchema,
  type JoinMethod,
  type JoinRequest,
  joinMethodSchema,
  type ParticipantAction,
  type ParticipantResult,
  type Rank,
  rankSchema,
  type SomeSettings,
} from '../../contracts/replica-groups.ts';
import type { AddedOf, Message } from '../../contracts/replica-message.ts';
import type { ReplicaAccounts } from './accounts.ts';
import { byLid } from './addressing.ts';
import type { MessageDelivery } from './message-delivery.ts';
import { lidOf, type People, type Picture, userJid, userOf } from './people.ts';
import type { Surroundings } from './world.ts';

/** Members of a group at most. [WhatsApp's help pages] */
export const maxMembers = 1_024;
/** How long an invitation to one person lasts, in seconds. [reported: three days] */
const inviteSeconds = 259_200;
/** Who left a group this often cannot be added by others. [assumed] */
const leavesUntilProtected = 2;

const numberSchema = z.string().regex(/^\d{3,20}$/);

/** A group; people by their numbers, times in seconds since 1970. */
export const groupSchema = z.strictObject({
  id: groupJidSchema,
  addressing: addressingSchema.default('pn'),
  community: communityPartSchema.optional(),
  subject: z.string(),
  subjectTime: z.int(),
  description: z.strictObject({ text: z.string(), id: z.string(), time: z.int(), by: numberSchema }).optional(),
  picture: z.strictObject({ id: z.string(), data: z.base64() }).optional(),
  owner: numberSchema,
  creation: z.int(),
  settings: groupSettingsSchema,
  members: z.array(z.strictObject({ number: numberSchema, rank: rankSchema })),
  inviteCode: z.string(),
  revokedCodes: z.array(z.string()),
  requests: z.array(
    z.strictObject({
      number: numberSchema,
      addedBy: numberSchema,
      method: joinMethodSchema,
      t: z.int(),
    }),
  ),
  /** Invitations to one person each, who does not want to be added. */
  invitations: z.array(
    z.strictObject({ number: numberSchema, by: numberSchema, code: z.string(), expiration: z.int() }),
  ),
  /** Who left, once for each time. */
  left: z.array(numberSchema),
  /** Who was removed by an admin and has not become a member again; a community has those of its group for announcements. */
  removed: z.array(numberSchema).default([]),
});
export type ReplicaGroup = z.infer<typeof groupSchema>;

interface GroupsParts {
  accounts: ReplicaAccounts;
  people: People;
  delivery: MessageDelivery;
  around: Surroundings;
}

export interface NewGroup {
  subject: string;
  participants: readonly string[];
  settings?: SomeSettings | undefined;
  /** By default what the server chooses. */
  addressing?: Addressing | undefined;
  /** By default a new one. */
  id?: string | undefined;
  /** The community that it becomes a group of. */
  parent?: string | undefined;
}

type GroupEvent = AddedOf<'group-event'>['event'];

/**
 * All groups. Each operation is done by one person, who is named first by the number; what that person may not do throws a Refusal.
 * All members of the group hear of it.
 */
export class Groups {
  private readonly parts: GroupsParts;
  private readonly byId = new Map<string, ReplicaGroup>();

  constructor(parts: GroupsParts) {
    this.parts = parts;
  }

  /** @throws Refusal `group-unknown`. */
  get(id: string): ReplicaGroup {
    const group = this.byId.get(id);
    if (!group) throw new Refusal('group-unknown', `There is no group ${id}.`);
    return group;
  }

  all(): ReplicaGroup[] {
    return [...this.byId.values()];
  }

  add(group: ReplicaGroup): ReplicaGroup {
    this.byId.set(group.id, group);
    return group;
  }

  /** Undefined for what is no group. */
  subjectOf(id: string): string | undefined {
    return this.byId.get(id)?.subject;
  }

  addressingOf(chat: string): Addressing {
    return this.byId.get(chat)?.addressing ?? 'pn';
  }

  /** The groups that a person is a member of. */
  of(number: string): ReplicaGroup[] {
    return this.all().filter((group) => rankIn(group, number) !== undefined);
  }

  /** What the member knows of the group. @throws Refusal `group-unknown`, `group-not-member`. */
  infoFor(number: string, id: string): GroupInfo {
    return infoOf(this.asMember(number, id).group);
  }

  /**
   * Makes a group, and with a parent one of a community.
   *
   * @throws Refusal `group-unknown`, `group-not-member`, `group-not-linked` where the parent is no community.
   */
  create(
    owner: string,
    { parent, ...group }: NewGroup,
  ): {
    group: ReplicaGroup;
    results: ParticipantResult[];
  } {
    if (parent === undefined) return this.make(owner, group);
    mustBeCommunity(this.asMember(owner, parent).group);
    return this.make(owner, group, { as: 'linked', parent });
  }

  /** Makes a group of any kind; a part in a community is not checked. */
  make(
    owner: string,
    { subject, participants, settings = {}, addressing, id }: NewGroup,
    community?: CommunityPart,
  ): {
    group: ReplicaGroup;
    results: ParticipantResult[];
  } {
    const t = now();
    const group = this.add({
      id: id ?? this.freeId(),
      addressing: addressing ?? (this.parts.around.circumstances().groupsByLid ? 'lid' : 'pn'),
      ...(community && { community }),
      subject,
      subjectTime: t,
      owner,
      creation: t,
      settings: { ...settingsAtFirst, ...definedOf(settings) },
      members: [{ number: owner, rank: 'superadmin' }],
      inviteCode: newCode(),
      revokedCodes: [],
      requests: [],
      invitations: [],
      left: [],
      removed: [],
    });
    const results = participants.filter((number) => number !== owner).map((number) => this.admit(owner, group, number));
    this.tell(group, owner, 'create', { value: subject });
    return { group, results };
  }

  /** The server addresses people of the group in another way from now on. @throws Refusal `group-unknown`. */
  setAddressing(id: string, addressing: Addressing): void {
    const group = this.get(id);
    group.addressing = addressing;
    this.notify(group, numbersIn(group));
  }

  /** @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  change(actor: string, id: string, change: GroupChange): void {
    const { group, rank } = this.asMember(actor, id);
    const needsAdmin =
      change.what === 'settings'
        ? !isEphemeralOnly(change.settings) || group.settings.restrict
        : group.settings.restrict;
    if (needsAdmin) mustBeAdmin(rank);
    switch (change.what) {
      case 'subject':
        group.subject = change.subject;
        group.subjectTime = now();
        this.tell(group, actor, 'subject', { value: change.subject });
        return;
      case 'description':
        group.description = { text: change.text, id: change.id, time: now(), by: actor };
        this.tell(group, actor, 'description', { value: change.text });
        return;
      case 'settings':
        for (const [name, value] of Object.entries(change.settings) as [keyof GroupSettings, never][]) {
          if (value === undefined || group.settings[name] === value) continue;
          group.settings[name] = value;
          this.tell(group, actor, settingEvents[name], { value: settingValue(name, value) });
        }
        return;
    }
  }

  /** @param picture null removes it. @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  setPicture(actor: string, id: string, picture: Picture | null): void {
    const { group, rank } = this.asMember(actor, id);
    if (group.settings.restrict) mustBeAdmin(rank);
    if (picture) group.picture = picture;
    else delete group.picture;
    this.tell(group, actor, 'picture', {});
  }

  /** @throws Refusal `group-unknown`, `group-not-member`. */
  pictureFor(number: string, id: string): Picture | undefined {
    return this.asMember(number, id).group.picture;
  }

  /**
   * @returns for each participant the status of the server.
   * @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`.
   */
  participants(actor: string, id: string, action: ParticipantAction, numbers: readonly string[]): ParticipantResult[] {
    const { group, rank } = this.asMember(actor, id);
    if (action !== 'add' || group.settings.adminsAdd) mustBeAdmin(rank);
    const perform = {
      add: this.addOne,
      remove: this.removeOne,
      promote: this.rankOne('admin'),
      demote: this.rankOne('member'),
    };
    const results = numbers.map((number) => perform[action].call(this, actor, group, number));
    const done = results.filter(({ status }) => status === 200).map((result) => result.id);
    if (done.length === 0) return results;
    const gone = action === 'remove' ? done.map(userOf) : [];
    this.tell(group, actor, action, { recipients: done, alsoTo: gone });
    for (const one of this.withLinked(group)) if (one !== group) this.follow(one, action, done.map(userOf));
    return results;
  }

  /** Others cannot add this person to groups, but only invite; or they can again. @throws Refusal `person-unknown`. */
  setInvitationOnly(number: string, isOn: boolean): void {
    const person = this.parts.people.get(number);
    if (!person) throw new Refusal('person-unknown', `${number} has no account.`);
    person.isAddedByInvitation = isOn;
  }

  /** Leaves a group; who leaves a community leaves all of its groups. @throws Refusal `group-unknown`, `group-not-member`. */
  leave(number: string, id: string): void {
    const { group } = this.asMember(number, id);
    for (const one of this.withLinked(group)) if (rankIn(one, number)) this.leaveOne(number, one);
  }

  private leaveOne(number: string, group: ReplicaGroup): void {
    remove(group, number);
    group.left.push(number);
    // A group without an admin gets one: its oldest member.
    const [oldest] = group.members;
    if (oldest && !group.members.some(({ rank }) => rank !== 'member')) oldest.rank = 'admin';
    this.tell(group, number, 'leave', { recipients: [userJid(number)], alsoTo: [number] });
  }

  /** @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  inviteCode(actor: string, id: string): string {
    const { group, rank } = this.asMember(actor, id);
    mustBeAdmin(rank);
    return group.inviteCode;
  }

  /** Makes a new invite code; the one before does not work any longer. */
  resetInvite(actor: string, id: string): string {
    const { group, rank } = this.asMember(actor, id);
    mustBeAdmin(rank);
    group.revokedCodes.push(group.inviteCode);
    group.inviteCode = newCode();
    this.tell(group, actor, 'revoke_invite', {});
    return group.inviteCode;
  }

  /** @throws Refusal `group-invite-unknown`, `group-invite-revoked`. */
  invitedBy(code: string): ReplicaGroup {
    const group = this.all().find(({ inviteCode }) => inviteCode === code);
    if (group) return group;
    if (this.all().some(({ revokedCodes }) => revokedCodes.includes(code))) {
      throw new Refusal('group-invite-revoked', 'This invite code was revoked.');
    }
    throw new Refusal('group-invite-unknown', 'No group has this invite code.');
  }

  /**
   * Joins by an invite code, or asks to where admins approve. Who was removed has to be added or invited by an admin.
   *
   * @throws Refusal also `group-removed`, `group-removed-from-community`, `group-full`, `group-member-already`.
   */
  join(number: string, code: string): { group: ReplicaGroup; isMember: boolean } {
    const group = this.invitedBy(code);
    this.mustNotBeRemoved(group, number);
    if (rankIn(group, number)) throw new Refusal('group-member-already', `${number} is a member of the group.`);
    if (group.members.length >= maxMembers) throw new Refusal('group-full', `The group has ${maxMembers} members.`);
    if (group.settings.approval) {
      this.request(group, number, number, 'InviteLink');
      return { group, isMember: false };
    }
    this.enter(group, number);
    this.tell(group, number, 'invite', { recipients: [userJid(number)] });
    return { group, isMember: true };
  }

  /** @throws Refusal `group-removed-from-community`, `group-removed`. */
  mustNotBeRemoved(group: ReplicaGroup, number: string): void {
    const parent = parentOf(group);
    if (parent !== undefined && parent !== group.id && this.get(parent).removed.includes(number))
      throw new Refusal('group-removed-from-community', `${number} was removed from the community of the group.`);
    if (group.removed.includes(number)) throw new Refusal('group-removed', `${number} was removed from the group.`);
  }

  /** @throws Refusal `group-unknown`, `group-invite-unknown`. */
  invitationOf(id: string, number: string): ReplicaGroup['invitations'][number] {
    const invitation = this.get(id).invitations.findLast((one) => one.number === number);
    if (!invitation) throw new Refusal('group-invite-unknown', `${number} has no invitation.`);
    return invitation;
  }

  /** Takes an invitation that was made for this person. @throws Refusal as `join` does. */
  joinInvited(number: string, id: string, invited: { by: string; code: string; expiration: number }): ReplicaGroup {
    const group = this.get(id);
    const { by, code, expiration } = invited;
    const invitation = group.invitations.find((one) => one.number === number && one.by === by && one.code === code);
    if (!invitation) throw new Refusal('group-invite-unknown', 'This invitation was not made for this person.');
    if (invitation.expiration !== expiration || expiration < now()) {
      throw new Refusal('group-invite-revoked', 'This invitation has expired.');
    }
    if (rankIn(group, number)) throw new Refusal('group-member-already', `${number} is a member of the group.`);
    if (group.members.length >= maxMembers) throw new Refusal('group-full', `The group has ${maxMembers} members.`);
    this.enter(group, number);
    this.tell(group, number, 'add', { recipients: [userJid(number)] });
    return group;
  }

  /** @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  requests(actor: string, id: string): JoinRequest[] {
    const { group, rank } = this.asMember(actor, id);
    mustBeAdmin(rank);
    return group.requests.map(({ number, addedBy, method, t }) => ({
      id: addressIn(group, number),
      addedBy: addressIn(group, addedBy),
      method,
      t,
    }));
  }

  /** Approves or rejects requests to join. @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  answerRequests(actor: string, id: string, approve: boolean, numbers: readonly string[]): ParticipantResult[] {
    const { group, rank } = this.asMember(actor, id);
    mustBeAdmin(rank);
    const results = numbers.map((number) => {
      if (!group.requests.some((request) => request.number === number)) return { id: userJid(number), status: 404 };
      group.requests = group.requests.filter((request) => request.number !== number);
      if (approve) this.enter(group, number);
      return { id: userJid(number), status: 200 };
    });
    const recipients = results.filter(({ status }) => status === 200).map((result) => result.id);
    if (approve && recipients.length > 0) this.tell(group, actor, 'add', { recipients });
    return results;
  }

  /**
   * Whether a message of this person to the group is delivered.
   *
   * @throws Refusal `group-unknown`, `group-not-member`, `group-is-community`, `group-not-admin` where only admins send.
   */
  mustMaySend(number: string, id: string): ReplicaGroup {
    const { group, rank } = this.asMember(number, id);
    if (group.community?.as === 'parent') {
      throw new Refusal('group-is-community', `Nothing can be written in the community ${id}, only in its groups.`);
    }
    if (group.settings.announce) mustBeAdmin(rank);
    return group;
  }

  /** @throws Refusal `group-unknown`, `group-not-member`, `group-not-admin`. */
  mustBeAdminOf(number: string, id: string): void {
    mustBeAdmin(this.asMember(number, id).rank);
  }

  /** @throws Refusal `group-unknown`, `group-not-member`. */
  asMember(number: string, id: string): { group: ReplicaGroup; rank: Rank } {
    const group = this.get(id);
    const rank = rankIn(group, number);
    if (!rank) throw new Refusal('group-not-member', `${number} is no member of ${id}.`);
    return { group, rank };
  }

  private addOne(actor: string, group: ReplicaGroup, number: string): ParticipantResult {
    const id = userJid(number);
    if (rankIn(group, number)) return { id, status: 409 };
    return this.admit(actor, group, number);
  }

  /** Adds a person who is none of the members, or says why that is not possible. */
  private admit(actor: string, group: ReplicaGroup, number: string): ParticipantResult {
    const id = userJid(number);
    const person = this.parts.people.get(number);
    if (!person) return { id, status: 404 };
    if (group.members.length >= maxMembers) return { id, status: 419 };
    if (group.left.filter((one) => one === number).length >= leavesUntilProtected) return { id, status: 408 };
    if (person.isAddedByInvitation) {
      const invite = { code: newCode().slice(0, 16), expiration: now() + inviteSeconds };
      group.invitations.push({ number, by: actor, ...invite });
      return { id, status: 403, invite };
    }
    this.enter(group, number);
    return { id, status: 200 };
  }

  private removeOne(_actor: string, group: ReplicaGroup, number: string): ParticipantResult {
    const id = userJid(number);
    const rank = rankIn(group, number);
    if (!rank) return { id, status: 404 };
    if (rank === 'superadmin') return { id, status: 406 };
    remove(group, number);
    const { community } = group;
    (community?.as === 'announcements' ? this.get(community.parent) : group).removed.push(number);
    return { id, status: 200 };
  }

  private rankOne(rank: Rank) {
    return (_actor: string, group: ReplicaGroup, number: string): ParticipantResult => {
      const id = userJid(number);
      const member = group.members.find((one) => one.number === number);
      if (!member) return { id, status: 404 };
      if (member.rank === 'superadmin') return { id, status: 406 };
      member.rank = rank;
      return { id, status: 200 };
    };
  }

  /** A member of a group is one of its community, too. */
  enter(group: ReplicaGroup, number: string): void {
    group.members.push({ number, rank: 'member' });
    group.requests = group.requests.filter((request) => request.number !== number);
    group.invitations = group.invitations.filter((invitation) => invitation.number !== number);
    group.removed = group.removed.filter((one) => one !== number);
    this.takeIn(group);
  }

  /** All members of the group are members of its community, and of the group for announcements. */
  takeIn(group: ReplicaGroup): void {
    for (const one of this.allOf(group)) {
      if (one.community?.as === 'linked') continue;
      const fresh = numbersIn(group).filter((number) => !rankIn(one, number));
      if (fresh.length === 0) continue;
      one.members.push(...fresh.map((number) => ({ number, rank: 'member' as const })));
      one.removed = one.removed.filter((number) => !fresh.includes(number));
      this.notify(one, numbersIn(one));
    }
  }

  /** The groups of the community, with its parent first; the group alone when it is in none. */
  allOf(group: ReplicaGroup): ReplicaGroup[] {
    const parent = parentOf(group);
    if (parent === undefined) return [group];
    return [
      this.get(parent),
      ...this.all().filter(({ community }) => community && 'parent' in community && community.parent === parent),
    ];
  }

  /** What happens to a member of a community happens in its groups; what happens in a linked group stays there. */
  private withLinked(group: ReplicaGroup): ReplicaGroup[] {
    return group.community && group.community.as !== 'linked' ? this.allOf(group) : [group];
  }

  /** The ranks of a community count in its group for announcements; who is removed from it is removed everywhere. */
  private follow(group: ReplicaGroup, action: ParticipantAction, numbers: readonly string[]): void {
    if (action === 'add') return;
    if (action !== 'remove' && group.community?.as === 'linked') return;
    const isOne = ({ number }: { number: string }) => numbers.includes(number);
    const before = numbersIn(group);
    if (action === 'remove') group.members = group.members.filter((member) => !isOne(member));
    else for (const member of group.members.filter(isOne)) member.rank = action === 'promote' ? 'admin' : 'member';
    this.notify(group, before);
  }

  /** Ends a group: it is gone for all of its members. */
  end(group: ReplicaGroup): void {
    const numbers = numbersIn(group);
    group.members = [];
    this.notify(group, numbers);
    this.byId.delete(group.id);
  }

  request(group: ReplicaGroup, number: string, addedBy: string, method: JoinMethod): void {
    if (group.requests.some((request) => request.number === number)) return;
    group.requests.push({ number, addedBy, method, t: now() });
    const admins = group.members.filter(({ rank }) => rank !== 'member').map((member) => member.number);
    this.tell(group, addedBy, 'membership_approval_request', { recipients: [userJid(number)], only: admins });
  }

  /** Brings the group and a message about what happened to the devices of its members. */
  tell(
    group: ReplicaGroup,
    author: string,
    event: GroupEvent,
    { recipients = [], value, alsoTo = [], only }: Announcement,
  ): void {
    const { accounts, delivery } = this.parts;
    const message: Message = {
      id: `${now()}${randomInt(1e6, 1e7)}`,
      from: userJid(author),
      to: group.id,
      content: { kind: 'group-event', event, recipients, ...(value !== undefined && { value }) },
      t: now(),
      ack: 1,
    };
    const numbers = only ?? [...numbersIn(group), ...alsoTo];
    this.notify(group, numbers);
    for (const number of numbers) {
      const account = accounts.get(number);
      if (account) delivery.fromServer(account, message);
    }
  }

  /** Sends the present state of the group to the devices of these people. */
  private notify(group: ReplicaGroup, numbers: readonly string[]): void {
    const { accounts, delivery } = this.parts;
    const notification = { kind: 'group', group: infoOf(group) } as const;
    for (const number of numbers) {
      const account = accounts.get(number);
      if (account) delivery.notify(account, notification);
    }
  }

  private freeId(): string {
    for (;;) {
      const id = `120363${randomInt(1e11, 1e12)}@g.us`;
      if (!this.byId.has(id)) return id;
    }
  }
}

interface Announcement {
  recipients?: string[];
  value?: string;
  /** Who hears of it without being a member any longer. */
  alsoTo?: readonly string[];
  /** Who hears of it, when these are not all members. */
  only?: readonly string[];
}

/** How WhatsApp makes a group. */
const settingsAtFirst: GroupSettings = {
  announce: false,
  restrict: false,
  approval: false,
  adminsAdd: false,
  ephemeral: 0,
};

function definedOf(settings: SomeSettings): Partial<GroupSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

const settingEvents: Record<keyof GroupSettings, GroupEvent> = {
  announce: 'announce',
  restrict: 'restrict',
  approval: 'membership_approval_mode',
  adminsAdd: 'member_add_mode',
  ephemeral: 'ephemeral',
};

/** How the message about a setting names its value. */
function settingValue(name: keyof GroupSettings, value: boolean | number): string {
  if (name === 'adminsAdd') return value ? 'admin_add' : 'all_member_add';
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

const isEphemeralOnly = (settings: SomeSettings) => Object.keys(settings).every((name) => name === 'ephemeral');

export function mustBeAdmin(rank: Rank): void {
  if (rank === 'member') throw new Refusal('group-not-admin', 'Only admins of the group may do this.');
}

export function rankIn({ members }: ReplicaGroup, number: string): Rank | undefined {
  return members.find((member) => member.number === number)?.rank;
}

function remove(group: ReplicaGroup, number: string): void {
  group.members = group.members.filter((member) => member.number !== number);
}

/** Id of the community that a group is or belongs to. */
export function parentOf({ id, community }: ReplicaGroup): string | undefined {
  return community?.as === 'parent' ? id : community?.parent;
}

export function mustBeCommunity({ id, community }: ReplicaGroup): void {
  if (community?.as !== 'parent') throw new Refusal('group-not-linked', `${id} is no community.`);
}

const numbersIn = ({ members }: ReplicaGroup) => members.map(({ number }) => number);

const addressIn = ({ addressing }: ReplicaGroup, number: string) =>
  addressing === 'lid' ? lidOf(number) : userJid(number);

/** Results as pages get them. People without an account have no lid. */
export function addressedResults(
  { addressing }: ReplicaGroup,
  results: readonly ParticipantResult[],
): readonly ParticipantResult[] {
  if (addressing === 'pn') return results;
  return results.map((result) => (result.status === 404 ? result : { ...result, id: byLid(result.id) }));
}

export function infoOf(group: ReplicaGroup): GroupInfo {
  const { id, addressing, community, subject, subjectTime, description, owner, creation, settings, members } = group;
  return {
    id,
    addressing,
    ...(community && { community }),
    subject,
    subjectTime,
    ...(description && { description: { ...description, by: addressIn(group, description.by) } }),
    owner: addressIn(group, owner),
    creation,
    settings: { ...settings },
    participants: members.map(({ number, rank }) => ({
      id: addressIn(group, number),
      alt: addressing === 'lid' ? userJid(number) : lidOf(number),
      rank,
    })),
    size: members.length,
  };
}

const now = () => Math.floor(Date.now() / 1000);

/** 22 characters, as invite codes have. */
function newCode(): string {
  return randomBytes(24).toString('base64url').replace(/[-_]/g, 'x').slice(0, 22);
}
