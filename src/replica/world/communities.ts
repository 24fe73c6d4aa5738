import { Refusal } from '../../contracts/refusal.ts';
import type { LinkedGroup } from '../../contracts/replica-groups.ts';
import {
  type Groups,
  maxMembers,
  mustBeAdmin,
  mustBeCommunity,
  parentOf,
  type ReplicaGroup,
  rankIn,
} from './groups.ts';
import { userJid } from './people.ts';

/** Groups of a community at most, without that for announcements. [assumed] */
const maxLinked = 100;

export interface NewCommunity {
  subject: string;
  /** By default a new one. */
  id?: string | undefined;
  /** Id of the group for announcements; by default a new one. */
  announcements?: string | undefined;
}

/** What the server did for one group: 200, or the status of its refusal. */
interface LinkResult {
  id: string;
  status: number;
}

/**
 * Communities: a parent group, its group for announcements, and linked groups. What members do in their groups is in `Groups`. Each
 * operation is done by one person, who is named first by the number; what that person may not do throws a Refusal.
 */
export class Communities {
  private readonly groups: Groups;

  constructor(groups: Groups) {
    this.groups = groups;
  }

  /** @throws Refusal `group-unknown`, `group-not-linked` for a group that is no community. */
  get(id: string): ReplicaGroup {
    const group = this.groups.get(id);
    mustBeCommunity(group);
    return group;
  }

  /** The communities that a person is a member of. */
  of(number: string): ReplicaGroup[] {
    return this.groups.of(number).filter(({ community }) => community?.as === 'parent');
  }

  /** Makes a community with its group for announcements, in which only admins write. */
  create(owner: string, { subject, id, announcements }: NewCommunity): ReplicaGroup {
    const { group } = this.groups.make(owner, { id, subject, participants: [] }, { as: 'parent' });
    this.groups.make(
      owner,
      // Members do not see the numbers of others there. [assumed]
      { id: announcements, subject, participants: [], settings: { announce: true }, addressing: 'lid' },
      { as: 'announcements', parent: group.id },
    );
    return group;
  }

  /**
   * Makes groups groups of a community; their members are members of the community from then on.
   *
   * @returns for each group the status of the server: 401 for who is no admin of it, 404, 406 when the community is full
   * (WAWebCreateCommunityAction of 2.3000.1038162681), 409 for a group of a community. [401, 409 assumed]
   * @throws Refusal `group-unknown`, `group-not-linked`, `group-not-member`, `group-not-admin`.
   */
  link(actor: string, id: string, groups: readonly string[]): LinkResult[] {
    const community = this.asAdmin(actor, id);
    return groups.map((group) => ({ id: group, status: this.linkOne(actor, community, group) }));
  }

  /**
   * @returns for each group the status of the server: 404 for one that is not linked, 405 for that of announcements. [assumed]
   * @throws Refusal as `link` does.
   */
  unlink(actor: string, id: string, groups: readonly string[]): LinkResult[] {
    const community = this.asAdmin(actor, id);
    return groups.map((one) => {
      const group = this.groups.allOf(community).find((linked) => linked.id === one);
      if (!group) return { id: one, status: 404 };
      if (group.community?.as !== 'linked') return { id: one, status: 405 };
      delete group.community;
      this.groups.tell(group, actor, 'parent_group_unlink', { value: community.subject });
      this.groups.tell(community, actor, 'sub_group_unlink', { value: group.subject });
      return { id: one, status: 200 };
    });
  }

  /** The groups of a community; of a group, those of its community. @throws Refusal `group-unknown`, `group-not-member`. */
  linkedGroups(number: string, id: string): LinkedGroup[] {
    const { group } = this.groups.asMember(number, id);
    const [, ...linked] = this.groups.allOf(group);
    return linked.map((one) => ({
      id: one.id,
      subject: one.subject,
      isAnnouncements: one.community?.as === 'announcements',
      isMember: rankIn(one, number) !== undefined,
      size: one.members.length,
    }));
  }

  /**
   * A member of a community joins one of its groups, or asks to where admins approve.
   *
   * @returns whether the person is a member now.
   * @throws Refusal `group-unknown`, `group-not-linked`, `group-not-member` of the community, `group-removed`,
   * `group-member-already`, `group-full`.
   */
  join(number: string, id: string): boolean {
    const group = this.groups.get(id);
    const parent = parentOf(group);
    if (parent === undefined) throw new Refusal('group-not-linked', `${id} is in no community.`);
    this.groups.asMember(number, parent);
    this.groups.mustNotBeRemoved(group, number);
    if (rankIn(group, number)) throw new Refusal('group-member-already', `${number} is a member of the group.`);
    if (group.members.length >= maxMembers) throw new Refusal('group-full', `The group has ${maxMembers} members.`);
    if (group.settings.approval) {
      this.groups.request(group, number, number, 'LinkedGroupJoin');
      return false;
    }
    this.groups.enter(group, number);
    this.groups.tell(group, number, 'linked_group_join', { recipients: [userJid(number)] });
    return true;
  }

  /**
   * Ends a community: its parent and its group for announcements are gone, its other groups go on.
   *
   * @throws Refusal as `link` does.
   */
  deactivate(actor: string, id: string): void {
    const community = this.asAdmin(actor, id);
    const [, ...linked] = this.groups.allOf(community);
    for (const group of linked) {
      if (group.community?.as !== 'linked') continue;
      delete group.community;
      this.groups.tell(group, actor, 'delete_parent_group_unlink', { value: community.subject });
    }
    for (const group of linked.filter((one) => one.community)) this.groups.end(group);
    this.groups.end(community);
  }

  private asAdmin(actor: string, id: string): ReplicaGroup {
    const { group, rank } = this.groups.asMember(actor, this.get(id).id);
    mustBeAdmin(rank);
    return group;
  }

  private linkOne(actor: string, community: ReplicaGroup, id: string): number {
    const group = this.groups.all().find((one) => one.id === id);
    if (!group) return 404;
    if (group.community) return 409;
    if ((rankIn(group, actor) ?? 'member') === 'member') return 401;
    const linked = this.groups.allOf(community).filter((one) => one.community?.as === 'linked');
    if (linked.length >= maxLinked) return 406;
    group.community = { as: 'linked', parent: community.id };
    this.groups.takeIn(group);
    this.groups.tell(group, actor, 'parent_group_link', { value: community.subject });
    this.groups.tell(community, actor, 'sub_group_link', { value: group.subject });
    return 200;
  }
}
