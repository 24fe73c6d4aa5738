import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import type { OutgoingMessage } from '../messages/kinds.ts';
import type { Chat } from '../model/models.ts';
import type { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

const attribute = (name: string) => (chat: Chat) => chat.get(name);

/** Chats: finding, reading, sending. */
export function chatModules(page: Page, { messaging, sharedState }: Lifecycle): Implementations {
  const takesObject = page.surface.behaviours.sendSeenArgument === 'object';
  // What is no chat of the build's shape fails as on the real page, where the first thing read of it is `markedUnread`.
  const sendSeen = async (argument: Chat | { chat: Chat }) => {
    const chat = (takesObject ? (argument as { chat: Chat }).chat : argument) as Chat;
    if (chat.markedUnread) await sharedState.change({ action: 'markUnread', index: String(chat.id), value: false });
    messaging.markSeen(chat);
  };
  // As on the real page, what is no chat fails at `waitForChatLoading`. The sync has already loaded all that the server has of a chat.
  const loadMsgs = (name: string) => async (argument: Chat | { chat: Chat }) => {
    const takesObject = page.named.includes(`WAWebChatLoadMessages.${name}`);
    const chat = (takesObject ? (argument as { chat: Chat }).chat : argument) as Chat;
    await chat.waitForChatLoading();
    return [];
  };
  const about = ({ id }: Chat) => ({ index: String(id) });
  const now = () => Math.floor(Date.now() / 1000);
  const archiveChat = (chat: Chat, value: boolean) => sharedState.change({ action: 'archive', ...about(chat), value });
  const pinChat = (chat: Chat, pin: boolean) =>
    sharedState.change({ action: 'pin', ...about(chat), value: pin ? now() : 0 });
  const markChatUnread = (chat: Chat, value = true) =>
    sharedState.change({ action: 'markUnread', ...about(chat), value });
  const muteChat = async ({ mute }: Chat, isMuted: boolean) => {
    if (isMuted) throw onlyAName('WAWebCmd', 'Cmd.muteChat', page.report, 'for a dialog');
    await mute.unmute();
  };
  page.cmd.useForChats({ archiveChat, pinChat, markChatUnread, muteChat });
  const lastOf = (chat: Chat) => chat.msgs.last()?.id.id ?? null;
  const sendClear = (chat: Chat) => sharedState.change({ action: 'clear', ...about(chat), value: lastOf(chat) });
  return {
    WAWebSetArchiveChatAction: { setArchive: archiveChat },
    WAWebSetPinChatAction: { setPin: pinChat },
    WAWebChatClearBridge: { sendClear },
    WAWebDeleteChatAction: {
      sendDelete: (chat: Chat) => sharedState.change({ action: 'delete', ...about(chat), value: lastOf(chat) }),
    },
    WAWebFindChatAction: {
      findExistingChat: (wid: Wid) => Promise.resolve(page.chats.get(wid)),
      findOrCreateLatestChat: async (id: Wid) => {
        const wid = page.lids.numberOf(id) ?? id;
        const known = page.chats.get(wid);
        if (!known && page.circumstances.chatsNeedLid && wid.isUser()) page.lids.mustHaveLid(wid);
        return { chat: known ?? (await page.chats.find(wid)), created: !known };
      },
    },
    WAWebChatGetters: {
      getId: attribute('id'),
      getT: attribute('t'),
      getUnreadCount: attribute('unreadCount'),
      getArchive: attribute('archive'),
      getName: attribute('name'),
      getPin: attribute('pin'),
      getMuteExpiration: attribute('muteExpiration'),
      getFormattedTitle: attribute('formattedTitle'),
      getIsUser: ({ id }: Chat) => id.isUser(),
      getIsGroup: ({ id }: Chat) => id.isGroup(),
      getIsBroadcast: ({ id }: Chat) => id.isBroadcast(),
      getIsNewsletter: ({ id }: Chat) => id.isNewsletter(),
      getIsPSA: ({ id }: Chat) => id.isPSA(),
    },
    WAWebSendMsgChatAction: {
      addAndSendMsgToChat: (chat: Chat, message: OutgoingMessage) => messaging.send(chat, message),
    },
    WAWebUpdateUnreadChatAction: {
      sendSeen,
      sendSeenDebounced: sendSeen,
      markSeen: sendSeen,
      markUnread: markChatUnread,
    },
    WAWebChatLoadMessages: {
      loadEarlierMsgs: loadMsgs('loadEarlierMsgs'),
      loadRecentMsgs: loadMsgs('loadRecentMsgs'),
    },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebMsgReply: { canReplyMsg: () => true },
    // No link has a preview: the page reaches nothing but its own server.
    WAWebLinkPreviewChatAction: { getLinkPreview: () => Promise.resolve(null) },
    WALinkify: { findLink, findLinks },
  };
}

interface FoundLink {
  href: string;
  url: string;
  index: number;
  suspiciousCharacters?: Set<string>;
}

/** The links in a text. */
function findLinks(text: string | undefined): FoundLink[] {
  return [...(text ?? '').matchAll(/\b(?:https?:\/\/|www\.)[^\s<>"]+/gi)].map((match) => ({
    url: match[0],
    href: match[0].startsWith('www.') ? `http://${match[0]}` : match[0],
    index: match.index,
  }));
}

function findLink(text: string | undefined): FoundLink | null {
  return findLinks(text)[0] ?? null;
}
