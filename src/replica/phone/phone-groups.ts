import type { NewPhoneCommunity, NewPhoneGroup, PhoneGroup } from '../../contracts/phone-control.ts';
import type { Addressing, GroupChange, LinkedGroup, ParticipantAction } from '../../contracts/replica-groups.ts';
import type { Communities } from '../world/communities.ts';
import type { Groups, ReplicaGroup } from '../world/groups.ts';
import { userOf } from '../world/people.ts';
import type { Profiles } from '../world/profiles.ts';

/** Who does something: by default the phone's own number. A person without a phone acts through any phone. */
export interface Actor {
  by?: string | undefined;
}

/** What a person does with groups on the phone. Each operation may throw a Refusal. */
export class PhoneGroups {
  private readonly number: string;
  private readonly groups: Groups;
  private readonly profiles: Profiles;

  constructor(number: string, { groups, profiles }: { groups: Groups; profiles: Profiles }) {
    this.number = number;
    this.groups = groups;
    this.profiles = profiles;
  }

  /** The groups that the phone's number is a member of. */
  list(): PhoneGroup[] {
    return this.groups.of(this.number).map(groupSeenByPhone);
  }

  /** @throws Refusal `group-unknown`. */
  get(id: string): PhoneGroup {
    return groupSeenByPhone(this.groups.get(id));
  }

  /** @returns the group, and what the server did for each participant: 200, or the status of its refusal. */
  create({ by = this.number, ...group }: NewPhoneGroup): PhoneGroup & { results: Record<string, number> } {
    const made = this.groups.create(by, group);
    return { ...groupSeenByPhone(made.group), results: statuses(made.results) };
  }

  change(id: string, change: GroupChange, { by = this.number }: Actor = {}): PhoneGroup {
    this.groups.change(by, id, change);
    return this.get(id);
  }

  /** The server, not a member, decides that pages get members and authors by number or by lid. @throws Refusal `group-unknown`. */
  setAddressing(id: string, addressing: Addressing): PhoneGroup {
    this.groups.setAddressing(id, addressing);
    return this.get(id);
  }

  /** @param data JPEG in base64; null removes the picture. */
  setPicture(id: string, data: string | null, { by = this.number }: Actor = {}): PhoneGroup {
    this.profiles.setSharedPicture(by, this.groups.get(id).id, data);
    return this.get(id);
  }

  /** @returns the status of the server for each number. */
  participants(
    id: string,
    action: ParticipantAction,
    numbers: readonly string[],
    { by = this.number }: Actor = {},
  ): Record<string, number> {
    return statuses(this.groups.participants(by, id, action, numbers));
  }

  leave(id: string, { by = this.number }: Actor = {}): void {
    this.groups.leave(by, id);
  }

  /** Joins by an invite code, or asks to where admins approve. */
  join(code: string, { by = this.number }: Actor = {}): { id: string; isMember: boolean } {
    const { group, isMember } = this.groups.join(by, code);
    return { id: group.id, isMember };
  }

  /** Others cannot add this person to groups, but only invite; or they can again. */
  setInvitationOnly(isOn: boolean, { by = this.number }: Actor = {}): void {
    this.groups.setInvitationOnly(by, isOn);
  }

  /** The last invitation to a person who is added by invitation only. @throws Refusal `group-invite-unknown`. */
  invitationOf(id: string, number: string): { code: string; expiration: number } {
    const { code, expiration } = this.groups.invitationOf(id, number);
    return { code, expiration };
  }

  /** Makes a new invite code; the one before does not work any longer. */
  resetInvite(id: string, { by = this.number }: Actor = {}): string {
    return this.groups.resetInvite(by, id);
  }

  /** @returns the status of the server for each number. */
  answerRequests(
    id: string,
    approve: boolean,
    numbers: readonly string[],
    { by = this.number }: Actor = {},
  ): Record<string, number> {
    return statuses(this.groups.answerRequests(by, id, approve, numbers));
  }
}

/** What a person does with communities on the phone. Each operation may throw a Refusal. */
export class PhoneCommunities {
  private readonly number: string;
  private readonly communities: Communities;

  constructor(number: string, { communities }: { communities: Communities }) {
    this.number = number;
    this.communities = communities;
  }

  /** The communities that the phone's number is a member of. */
  list(): PhoneGroup[] {
    return this.communities.of(this.number).map(groupSeenByPhone);
  }

  create({ by = this.number, ...community }: NewPhoneCommunity): PhoneGroup {
    return groupSeenByPhone(this.communities.create(by, community));
  }

  /** The groups of a community, that for announcements first; of a group, those of its community. */
  groups(id: string, { by = this.number }: Actor = {}): LinkedGroup[] {
    return this.communities.linkedGroups(by, id);
  }

  /** @returns the status of the server for each group. */
  link(id: string, groups: readonly string[], { by = this.number }: Actor = {}): Record<string, number> {
    return Object.fromEntries(this.communities.link(by, id, groups).map((result) => [result.id, result.status]));
  }

  /** @returns the status of the server for each group. */
  unlink(id: string, groups: readonly string[], { by = this.number }: Actor = {}): Record<string, number> {
    return Object.fromEntries(this.communities.unlink(by, id, groups).map((result) => [result.id, result.status]));
  }

  /** A member of the community joins one of its groups, or asks to where admins approve. */
  join(group: string, { by = this.number }: Actor = {}): { isMember: boolean } {
    return { isMember: this.communities.join(by, group) };
  }

  /** Ends a community; its linked groups go on. Who leaves it leaves the group of this id, see `PhoneGroups`. */
  deactivate(id: string, { by = this.number }: Actor = {}): void {
    this.communities.deactivate(by, id);
  }
}

function groupSeenByPhone({
  id,
  addressing,
  community,
  subject,
  description,
  owner,
  settings,
  members,
  inviteCode,
  picture,
  requests,
}: ReplicaGroup): PhoneGroup {
  return {
    id,
    addressing,
    ...(community && { community }),
    subject,
    ...(description && { description: description.text }),
    owner,
    settings: { ...settings },
    members: members.map((member) => ({ ...member })),
    inviteCode,
    picture: picture !== undefined,
    requests: requests.map(({ number }) => number),
  };
}

function statuses(results: readonly { id: string; status: number }[]): Record<string, number> {
  return Object.fromEntries(results.map(({ id, status }) => [userOf(id), status]));
}
