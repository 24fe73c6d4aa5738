import type { ChannelEdit, ChannelInfo, ChannelReactions } from '../../../contracts/replica-channels.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import { contentOf, type OutgoingMessage } from '../messages/kinds.ts';
import { applyChannel, type NewsletterMetadata, reactionCodes } from '../model/channels.ts';
import type { Chat, Contact, Msg } from '../model/models.ts';
import { Wid } from '../model/wid.ts';
import { isMe, type Page } from '../shared/page.ts';

interface AdminInvite {
  newsletterWid: Wid;
  invitee: Wid;
  inviteMessage?: string;
}

interface EditedParts {
  editName?: boolean;
  editDescription?: boolean;
  editPicture?: boolean;
  editReactionCodesSetting?: boolean;
}

interface EditedValues {
  name?: string;
  description?: string | null;
  reactionCodesSetting?: number;
  /** Address with the data in it. */
  picture?: string | null;
}

/** Channels: making, finding, following, posting to and running them. */
export function channelModules(page: Page, { requests, messaging }: Lifecycle): Implementations {
  const { newsletters } = page;
  const known = (info: ChannelInfo): Chat => {
    const chat = newsletters.ensure(new Wid(info.id));
    applyChannel(chat, info);
    return chat;
  };
  const stub = (module: string, name: string, called: string) => onlyAName(module, name, page.report, called);
  const load = async (id: string | Wid) => known(await requests.query('channel-info', { channel: String(id) }));
  const subscribe = async (chat: Chat, isSubscribed: boolean) => {
    await requests.query('channel-subscribe', { channel: String(chat.id), isSubscribed });
  };
  const mute = (isMuted: boolean) => async (ids: readonly (string | Wid)[]) => {
    for (const id of ids) await requests.query('channel-mute', { channel: String(id), isMuted });
    return true;
  };
  const demote = async (channel: string | Wid, user: Wid) => {
    await requests.query('channel-demote', { channel: String(channel), user: String(user) });
  };
  const post = async ({ msg, msgData, newsletterJid }: { msg?: Msg; msgData?: Msg; newsletterJid: string }) => {
    const message = (msg ?? msgData) as Msg & OutgoingMessage;
    const chat = newsletters.ensure(new Wid(newsletterJid));
    const content = contentOf(message, chat);
    if (typeof content === 'string') throw stub('WAWebNewsletterSendMessageJob', 'sendNewsletterMessageJob', content);
    const { id } = message.id;
    const { serverId, t } = await requests.query('channel-post', { channel: newsletterJid, id, content });
    const wire = { id, from: String(page.me?.pn), to: newsletterJid, content, t, ack: 1, serverId };
    messaging.adopt(chat, message, wire);
    return { success: true, ack: { t }, serverId };
  };
  const setPicture = (of: string, address: string | null) =>
    requests.query('set-picture', { of, data: address?.slice(address.indexOf(',') + 1) ?? null });
  const pageSize = (): number => {
    const gating = page.exports.get('WAWebNewsletterGatingUtils') as { getNewsletterDirectoryPageSize?(): number };
    return gating?.getNewsletterDirectoryPageSize?.() ?? 50;
  };

  return {
    WAWebNewsletterGatingUtils: {
      isNewsletterEnabled: () => true,
      isNewsletterCreationEnabled: () => true,
      isNewsletterReactionEnabled: () => true,
      getMaxSubscriberNumber: () => 3_500,
      getNewsletterDirectoryPageSize: () => 50,
    },
    WAWebNewsletterModelUtils: {
      getRoleByIdentifier: (code: string) => {
        const metadata = newsletters.map((chat) => chat.get('newsletterMetadata') as NewsletterMetadata);
        return metadata.find((one) => one.get('inviteCode') === code)?.membershipType ?? 'guest';
      },
      isMembershipAdminOrOwner: (role: string) => role === 'admin' || role === 'owner',
      ADMIN_NOTIFICATIONS: 'ADMIN_NOTIFICATIONS',
      MUTED_STATE: -1,
      UNMUTED_STATE: 0,
    },
    WAWebNewsletterCreateQueryJob: {
      createNewsletterQuery: async ({ name, description, picture }: NewChannelArgs) => {
        const info = await requests.query('channel-create', { name, description: description ?? '' });
        known(info);
        if (picture) await setPicture(info.id, picture);
        return responseOf(info);
      },
    },
    WAWebNewsletterMetadataQueryJob: {
      queryNewsletterMetadataByInviteCode: async (code: string) =>
        responseOf(await requests.query('channel-by-invite', { code })),
    },
    WAWebLoadNewsletterPreviewChatAction: { loadNewsletterPreviewChat: load },
    WAWebNewsletterSubscribeAction: { subscribeToNewsletterAction: (chat: Chat) => subscribe(chat, true) },
    WAWebNewsletterUnsubscribeAction: {
      unsubscribeFromNewsletterAction: async (
        chat: Chat,
        { deleteLocalModels }: { deleteLocalModels?: boolean } = {},
      ) => {
        await subscribe(chat, false);
        if (deleteLocalModels) newsletters.remove(chat.id);
      },
    },
    WAWebNewsletterDirectorySearchAction: {
      fetchNewsletterDirectories: async (search: DirectorySearch) => {
        const found = await requests.query('channel-search', {
          text: search.searchText,
          limit: pageSize(),
          isWithoutSubscribed: Boolean(search.skipSubscribedNewsletters),
        });
        const chats = found.map((info) => {
          const chat = newsletters.get(info.id) ?? newsletters.chatOf(new Wid(info.id));
          applyChannel(chat, info);
          return chat;
        });
        return { newsletters: chats, pageInfo: { hasNextPage: false, endCursor: null } };
      },
    },
    WAWebEditNewsletterMetadataAction: {
      editNewsletterMetadataAction: async (chat: Chat, parts: EditedParts, values: EditedValues) => {
        if (parts.editPicture) await setPicture(String(chat.id), values.picture ?? null);
        await requests.query('channel-edit', { channel: String(chat.id), edit: editOf(parts, values) });
      },
    },
    WAWebNewsletterDeleteAction: {
      deleteNewsletterAction: async (chat: Chat) => {
        await requests.query('channel-delete', { channel: String(chat.id) });
      },
    },
    WAWebNewsletterToggleMuteStateJob: { muteNewsletter: mute(true), unmuteNewsletter: mute(false) },
    WAWebNewsletterUpdateUserSettingJob: {
      updateNewsletterUserSetting: (given: { newsletterJid: string; muteExpirationValue: number }) =>
        mute(given.muteExpirationValue !== 0)([given.newsletterJid]),
    },
    WAWebMexFetchNewsletterSubscribersJob: {
      mexFetchNewsletterSubscribers: async (channel: string, limit: number) => ({
        subscribers: await requests.query('channel-subscribers', { channel, limit }),
      }),
    },
    WAWebNewsletterSubscriberListAction: {
      getSubscribersInContacts: (subscribers: readonly { id: string; role: string }[]) =>
        subscribers.flatMap(({ id, role }) => {
          const contact = page.contacts.get(id);
          return contact && !isMe(page, contact.id) ? [{ contact, role }] : [];
        }),
    },
    WAWebNewsletterSendMsgAction: {
      sendNewsletterAdminInviteMessage: async (chat: Chat, { newsletterWid, invitee, inviteMessage }: AdminInvite) => {
        const channel = String(newsletterWid);
        const { name, expires } = await requests.query('channel-invite-admin', { channel, user: String(invitee) });
        return messaging.post(chat.id, {
          kind: 'channel-admin-invite',
          channel,
          channelName: name,
          expires,
          ...(inviteMessage && { caption: inviteMessage }),
        });
      },
    },
    WAWebMexAcceptNewsletterAdminInviteJob: {
      acceptNewsletterAdminInvite: async (channel: string) => {
        await requests.query('channel-accept-admin-invite', { channel: String(channel) });
      },
    },
    WAWebMexRevokeNewsletterAdminInviteJob: {
      revokeNewsletterAdminInvite: async (channel: string, user: Wid) => {
        await requests.query('channel-revoke-admin-invite', { channel: String(channel), user: String(user) });
      },
    },
    WAWebDemoteNewsletterAdminAction: {
      demoteNewsletterAdminAction: (chat: Chat, { id }: Contact) => demote(chat.id, id),
      demoteNewsletterAdmin: demote,
    },
    WAWebNewsletterDemoteAdminJob: { demoteNewsletterAdmin: demote },
    WAWebChangeNewsletterOwnerAction: {
      changeNewsletterOwnerAction: async (chat: Chat, { id }: Contact) => {
        await requests.query('channel-transfer', { channel: String(chat.id), user: String(id) });
      },
    },
    WAWebNewsletterSendMessageJob: { sendNewsletterMessageJob: post, sendNewsletterMessage: post },
    // What a page keeps of a post that it makes is kept with the answer of the server.
    WAWebNewsletterUpdateMsgsRecordsJob: {
      addNewsletterMsgsRecords: () => Promise.resolve(),
      updateNewsletterMsgRecord: () => Promise.resolve(),
    },
  };
}

interface NewChannelArgs {
  name: string;
  description: string | null;
  picture: string | null;
}

interface DirectorySearch {
  searchText: string;
  skipSubscribedNewsletters?: boolean;
}

function editOf(
  { editName, editDescription, editReactionCodesSetting }: EditedParts,
  values: EditedValues,
): ChannelEdit {
  const reactions = Object.entries(reactionCodes).find(([, code]) => code === values.reactionCodesSetting)?.[0];
  return {
    ...(editName && { name: values.name }),
    ...(editDescription && { description: values.description ?? '' }),
    ...(editReactionCodesSetting && { reactions: reactions as ChannelReactions }),
  };
}

/** A channel in the response of the real queries. */
function responseOf(info: ChannelInfo) {
  return {
    idJid: info.id,
    newsletterCreationTimeMetadataMixin: { creationTimeValue: info.creation },
    newsletterNameMetadataMixin: { nameElementValue: info.name, nameUpdateTime: info.nameTime },
    newsletterDescriptionMetadataMixin: {
      descriptionQueryDescriptionResponseMixin: { elementValue: info.description, updateTime: info.descriptionTime },
    },
    newsletterInviteLinkMetadataMixin: { inviteCode: info.inviteCode },
    newsletterStateMetadataMixin: { stateType: 'active' },
    newsletterSubscribersMetadataMixin: { subscribersCount: info.size },
    newsletterVerificationMetadataMixin: { verificationState: info.isVerified ? 'verified' : 'unverified' },
  };
}
