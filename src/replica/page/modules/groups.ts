import type { GroupChange, GroupInfo, ParticipantResult, SomeSettings } from '../../../contracts/replica-groups.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import { BaseCollection } from '../model/base-collection.ts';
import { type GroupParticipant, metadataOf, requestAttributes } from '../model/groups.ts';
import { Chat, type Contact } from '../model/models.ts';
import { Wid } from '../model/wid.ts';
import { meIn, type Page } from '../shared/page.ts';

/** How real pages fail when a group has to approve who joins, and the caller does not say that it knows. */
class UnexpectedJoinGroupViaInviteResponse extends Error {
  override name = 'UnexpectedJoinGroupViaInviteResponse';
  readonly gid: Wid;

  constructor(gid: Wid) {
    super();
    this.gid = gid;
  }
}

type NewMember = Wid & { phoneNumber: Wid };

interface Description {
  groupWid: Wid;
  desc: string;
  newDescId: string;
}

interface NewGroupOptions {
  title: string;
  ephemeralDuration?: number;
  restrict?: boolean;
  announce?: boolean;
  membershipApprovalMode?: boolean;
  memberAddMode?: boolean;
  parentGroupId?: Wid;
}

/** Jid of the page's servers to that of its chats. */
const chatJid = (jid: string) => String(new Wid(jid));

/** Groups: making, changing, joining and leaving them. */
export function groupModules(page: Page, lifecycle: Lifecycle): Implementations {
  const { requests, groups, messaging } = lifecycle;
  const change = async (group: Wid, what: GroupChange) => {
    await requests.query('group-change', { group: String(group), change: what });
  };
  const participants = async (
    group: Wid,
    action: 'add' | 'remove' | 'promote' | 'demote',
    list: readonly { id: Wid }[],
  ) => {
    const ids = list.map(({ id }) => String(id));
    return requests.query('group-participants', { group: String(group), action, participants: ids });
  };
  const ofChat = (action: 'add' | 'remove' | 'promote' | 'demote') => async (chat: Chat, list: GroupParticipant[]) => {
    await participants(chat.id, action, list);
  };
  const ofGroup = (action: 'add' | 'remove' | 'promote' | 'demote') => async (group: Wid, list: Wid[]) => {
    const results = await participants(
      group,
      action,
      list.map((id) => ({ id: (id as unknown as { phoneNumber?: Wid }).phoneNumber ?? id })),
    );
    return { status: 207, participants: results.map(participantResponse) };
  };
  const setProperty = async (group: Wid, property: string, value: number) => {
    const settings = settingOf(property, value);
    if (!settings) throw onlyAName('WAWebGroupModifyInfoJob', 'setGroupProperty', page.report, `for ${property}`);
    await change(group, { what: 'settings', settings });
  };
  const inviteCode = (group: Wid | string) => requests.query('group-invite-code', { group: String(group) });
  const resetInviteCode = async (group: Wid) => ({
    code: await requests.query('group-invite-reset', { group: String(group) }),
  });
  const join = async (code: string, expectsApproval = false) => {
    const { group, isMember } = await requests.query('group-join', { code });
    const gid = new Wid(group);
    if (!isMember && !expectsApproval) throw new UnexpectedJoinGroupViaInviteResponse(gid);
    if (isMember) await groups.refresh(gid);
    return { gid };
  };

  const takesWids = page.surface.behaviours.newGroupMembers === 'wids';
  const newMember = (member: NewMember) => String(takesWids ? member : member.phoneNumber.toString());
  const describe = (group: Wid, text: string, id: string) =>
    change(new Wid(group.toJid()), { what: 'description', text, id });

  return {
    WAWebGroupCreateJob: {
      createGroup: async (first: NewGroupOptions | string, list: readonly NewMember[], ephemeral?: number) => {
        // Builds with webpack take a title and a number of seconds by position.
        const options: NewGroupOptions =
          typeof first === 'string' ? { title: first, ephemeralDuration: ephemeral ?? 0 } : first;
        const { title, ephemeralDuration = 0, restrict = false, announce = false } = options;
        const { group, results } = await requests.query('group-create', {
          subject: title,
          participants: list.map(newMember),
          settings: {
            restrict,
            announce,
            ephemeral: ephemeralDuration,
            approval: Boolean(options.membershipApprovalMode),
            adminsAdd: !options.memberAddMode,
          },
          ...(options.parentGroupId && { parent: String(options.parentGroupId) }),
        });
        groups.apply(group);
        return {
          wid: new Wid(group.id),
          subject: group.subject,
          creation: group.creation,
          ts: group.creation,
          participants: [
            { wid: meIn(page, new Wid(group.id)), type: 'superadmin' },
            ...results.map(participantResponse),
          ],
        };
      },
    },
    WAWebGroupModifyInfoJob: {
      setGroupSubject: (group: Wid, subject: string) => change(group, { what: 'subject', subject }),
      setGroupDescription: async (given: Wid | Description, text: string, id: string) => {
        if (!page.named.includes('WAWebGroupModifyInfoJob.setGroupDescription'))
          return describe(given as Wid, text, id);
        const { groupWid, desc, newDescId } = given as Description;
        return describe(groupWid, desc, newDescId);
      },
      setGroupProperty: setProperty,
      // An RPC: it resolves to a response of another name when the server refuses.
      setGroupMemberAddMode: async (group: Wid, property: string, value: number) => {
        try {
          await setProperty(group, property, value);
          return { name: 'SetMemberAddModeResponseSuccess', value: {} };
        } catch (error) {
          return clientError('SetMemberAddMode', error);
        }
      },
      setEphemeralGroupProperty: (group: Wid, seconds: number) => setProperty(group, 'ephemeral', seconds),
    },
    WAWebSetPropertyGroupAction: {
      setGroupProperty: (chat: Chat, property: string, value: number) => setProperty(chat.id, property, value),
    },
    WAWebSetSubjectGroupAction: {
      setGroupSubject: (chat: Chat, subject: string) => change(chat.id, { what: 'subject', subject }),
    },
    WAWebModifyParticipantsGroupAction: {
      addParticipants: ofChat('add'),
      removeParticipants: ofChat('remove'),
      promoteParticipants: ofChat('promote'),
      demoteParticipants: ofChat('demote'),
    },
    WAWebGroupModifyParticipantsJob: {
      addGroupParticipants: ofGroup('add'),
      removeGroupParticipants: ofGroup('remove'),
      promoteGroupParticipants: ofGroup('promote'),
      demoteGroupParticipants: ofGroup('demote'),
    },
    WASmaxGroupsAddParticipantsRPC: {
      sendAddParticipantsRPC: async ({ participantArgs, iqTo }: AddParticipantsArgs) => {
        try {
          const results = await requests.query('group-participants', {
            group: chatJid(iqTo),
            action: 'add',
            participants: participantArgs.map(({ participantJid }) => chatJid(participantJid)),
          });
          return { name: 'AddParticipantsResponseSuccess', value: { addParticipant: results.map(addedParticipant) } };
        } catch (error) {
          return clientError('AddParticipants', error);
        }
      },
    },
    WASmaxGroupsMembershipRequestsActionRPC: {
      sendMembershipRequestsActionRPC: async ({ iqTo, approveArgs, rejectArgs }: AnswerRequestsArgs) => {
        const list = (approveArgs ?? rejectArgs)?.participantArgs ?? [];
        try {
          const results = await requests.query('group-answer-requests', {
            group: chatJid(iqTo),
            approve: approveArgs !== undefined,
            participants: list.map(({ participantJid }) => chatJid(participantJid)),
          });
          const action = approveArgs ? 'Approve' : 'Reject';
          const mixin = `membershipRequestsAction${approveArgs ? 'Accept' : 'Reject'}ParticipantMixins`;
          const participant = results.map(({ id, status }) => ({
            jid: new Wid(id).toJid(),
            ...(status !== 200 && {
              [mixin]: { name: 'ParticipantRequestNotFound', value: { error: String(status) } },
            }),
          }));
          return {
            name: 'MembershipRequestsActionResponseSuccess',
            value: { [`membershipRequestsAction${action}`]: { participant } },
          };
        } catch (error) {
          return clientError('MembershipRequestsAction', error);
        }
      },
    },
    WAWebChatSendMessages: {
      sendGroupInviteMessage: async (...given: InviteArgs | [NamedInviteArgs]) => {
        const { chat_, gid, name, code, exp, caption } = invitation(
          page.named.includes('WAWebChatSendMessages.sendGroupInviteMessage'),
          given,
        );
        return messaging.post(chat_.id, {
          kind: 'group-invite',
          group: String(gid),
          groupName: name,
          code,
          expires: Number(exp),
          ...(caption && { caption }),
        });
      },
    },
    WAWebGroupInviteJob: {
      queryGroupInviteCode: async (group: Wid) => ({ code: await inviteCode(group) }),
      resetGroupInviteCode: resetInviteCode,
      joinGroupViaInvite: join,
    },
    WAWebMexFetchGroupInviteCodeJob: { fetchMexGroupInviteCode: inviteCode },
    WAWebGroupInviteV4Job: {
      joinGroupViaInviteV4: async (code: string, expiration: string, group: string, by: Wid) => {
        await requests.query('group-join-invited', {
          group: String(group),
          code,
          expiration: Number(expiration),
          by: String(by),
        });
        await groups.refresh(String(group));
        return { gid: new Wid(String(group)) };
      },
    },
    WAWebGroupQueryJob: {
      queryAndUpdateGroupMetadataById: async (given: Wid | { id: Wid | string }) => {
        const takesObject = page.named.includes('WAWebGroupQueryJob.queryAndUpdateGroupMetadataById');
        const id = takesObject ? (given as { id: Wid | string }).id : (given as Wid);
        return groups.refresh(id.toString());
      },
      queryGroupInvite: async (code: string) => invitedGroup(await requests.query('group-invite-info', { code })),
    },
    WAWebExitGroupAction: {
      sendExitGroup: (chat: Chat) => requests.query('group-leave', { group: String(chat.id) }),
    },
    WAWebApiMembershipApprovalRequestStore: {
      getMembershipApprovalRequests: async (group: Wid) =>
        (await requests.query('group-requests', { group: String(group) })).map(requestAttributes),
    },
    WAWebFindCommonGroupsContactAction: {
      findCommonGroups: async (contact: Contact) => {
        const common = new BaseCollection<Chat>(Chat);
        common.add(
          page.chats.filter(
            ({ groupMetadata }) =>
              Boolean(groupMetadata?.participants.iAmMember()) &&
              Boolean(groupMetadata?.participants.userIsMember(contact.id)),
          ),
        );
        contact.set({ commonGroups: common });
        return common;
      },
    },
  };
}

type InviteArgs = [chat: Chat, group: Wid | string, name: string, code: string, exp: string | number, caption?: string];
interface NamedInviteArgs {
  chat_: Chat;
  gid: Wid | string;
  name: string;
  code: string;
  exp: string | number;
  caption?: string | undefined;
}

/** The arguments by name, on builds that take one object and on those that take them by position. */
function invitation(takesObject: boolean, given: InviteArgs | [NamedInviteArgs]): NamedInviteArgs {
  if (takesObject) return given[0] as NamedInviteArgs;
  const [chat_, gid, name, code, exp, caption] = given as InviteArgs;
  return { chat_, gid, name, code, exp, caption };
}

interface AddParticipantsArgs {
  participantArgs: readonly { participantJid: string }[];
  iqTo: string;
}

interface AnswerRequestsArgs {
  iqTo: string;
  approveArgs?: { participantArgs: readonly { participantJid: string }[] };
  rejectArgs?: { participantArgs: readonly { participantJid: string }[] };
}

function participantResponse({ id, status, invite }: ParticipantResult) {
  return {
    wid: new Wid(id),
    userWid: new Wid(id),
    code: String(status),
    error: status === 200 ? null : status,
    invite_code: invite?.code ?? null,
    invite_code_exp: invite ? String(invite.expiration) : null,
  };
}

/** One participant in the response of the real RPC: what failed is in mixins, an invite code among it. */
function addedParticipant({ id, status, invite }: ParticipantResult) {
  const mixins = status !== 200 && {
    addParticipantsParticipantMixins: {
      name: invite ? 'ParticipantRequestCodeCanBeSent' : 'ParticipantError',
      value: {
        error: String(status),
        ...(invite && { addRequestCode: invite.code, addRequestExpiration: invite.expiration }),
      },
    },
  };
  return {
    jid: new Wid(id).toJid(),
    addParticipantsParticipantAddedOrNonRegisteredWaUserParticipantErrorLidResponseMixinGroup: {
      name: 'ParticipantAdded',
      value: { ...mixins },
    },
  };
}

/** The RPCs resolve to a response of this kind when the server refuses. */
function clientError(rpc: string, error: unknown) {
  const { name, statusCode } = error as { name?: string; statusCode?: number };
  if (name !== 'ServerStatusCodeError') throw error;
  return {
    name: `${rpc}ResponseClientError`,
    value: { [`error${rpc}ClientErrors`]: { name: 'IQErrorForbidden', value: { code: String(statusCode) } } },
  };
}

/** What a group setting of the page is on the server; undefined for one that is not modelled. */
function settingOf(property: string, value: number): SomeSettings | undefined {
  switch (property) {
    case 'announcement':
      return { announce: value === 1 };
    case 'restrict':
      return { restrict: value === 1 };
    case 'ephemeral':
      return { ephemeral: value };
    case 'membership_approval_mode':
      return { approval: value === 1 };
    case 'member_add_mode':
      return { adminsAdd: value === 0 };
    default:
      return undefined;
  }
}

/** What an invite code shows of its group. */
function invitedGroup(info: GroupInfo) {
  const { descTime, ...metadata } = metadataOf(info);
  return {
    ...metadata,
    descTime: descTime ?? 0,
    participants: info.participants.map(({ id, rank }) => ({
      id: new Wid(id),
      isAdmin: rank !== 'member',
      isSuperAdmin: rank === 'superadmin',
    })),
  };
}
