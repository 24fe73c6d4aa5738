import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import { given, numberOf } from '../messages/fields.ts';
import type { OutgoingMessage } from '../messages/kinds.ts';
import type { Attributes } from '../model/base-model.ts';
import { type Chat, Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

interface SearchedMessage {
  chat: Chat;
  msgKey: MsgKey;
}

const attribute = (name: string) => (chat: Chat) => chat.get(name);

/** Chats: finding, reading, sending. */
export function chatModules(page: Page, { messaging, requests, sharedState }: Lifecycle): Implementations {
  const takesObject = page.surface.behaviours.sendSeenArgument === 'object';
  // What is no chat of the build's shape fails as on the real page, where the first thing read of it is `markedUnread`.
  const sendSeen = async (argument: Chat | { chat: Chat }) => {
    const chat = (takesObject ? (argument as { chat: Chat }).chat : argument) as Chat;
    if (chat.markedUnread) await sharedState.change({ action: 'markUnread', index: String(chat.id), value: false });
    messaging.markSeen(chat);
  };
  // As on the real page, what is no chat fails at `waitForChatLoading`.
  const chatOf = (name: string, argument: Chat | { chat: Chat }) =>
    page.named.includes(`WAWebChatLoadMessages.${name}`) ? (argument as { chat: Chat }).chat : (argument as Chat);
  const loadEarlierMsgs = async (argument: Chat | { chat: Chat }) => {
    const chat = chatOf('loadEarlierMsgs', argument);
    await chat.waitForChatLoading();
    return messaging.loadEarlier(chat);
  };
  // The latest messages are always loaded.
  const loadRecentMsgs = async (argument: Chat | { chat: Chat }) => {
    await chatOf('loadRecentMsgs', argument).waitForChatLoading();
    return [];
  };
  /** What the chat of a person is addressed by. */
  const addressOf = (id: Wid) => (page.circumstances.chatsByLid ? page.lids.lidOf(id) : page.lids.numberOf(id)) ?? id;
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
  for (const name of ['openChatAt', 'openChatBottom', 'openChatFromUnread']) {
    const takesObject = page.named.includes(`WAWebCmd.CmdImpl.${name}`);
    const open = async (argument: Chat | { chat: Chat }) => {
      const chat = (takesObject ? (argument as { chat: Chat }).chat : argument) as Chat;
      const before = page.chats.getActive();
      chat.set({ active: true });
      if (before !== chat) before?.set({ active: false });
      page.cmd.trigger('open_chat', chat);
      return true;
    };
    Object.assign(page.cmd, { [name]: open });
  }
  /** Real pages ask for the devices of a person to whom they send, and get to know the lid. */
  const learnLid = async (wid: Wid) => {
    if (!wid.isUser() || page.lids.alternateOf(wid)) return;
    const found = await requests.query('exists', { phone: wid.user });
    if (found) page.lids.learn(new Wid(found.wid), new Wid(found.lid));
  };
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
      findExistingChat: (id: Wid) => Promise.resolve(page.chats.get(addressOf(id))),
      findOrCreateLatestChat: async (id: Wid) => {
        const wid = addressOf(id);
        const known = page.chats.get(wid);
        if (known) return { chat: known, created: false };
        if (page.circumstances.chatsNeedLid && wid.isUser()) page.lids.mustHaveLid(wid);
        // Fails for a group that is none of the account's.
        if (wid.isGroup()) await page.groups.update(wid);
        // Channels are in a collection of their own.
        return { chat: wid.isNewsletter() ? await page.chats.find(wid) : page.chats.ensure(wid), created: true };
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
      addAndSendMsgToChat: (chat: Chat, message: OutgoingMessage) => {
        void learnLid(chat.id).catch(() => {});
        return messaging.send(chat, message);
      },
    },
    WAWebUpdateUnreadChatAction: {
      sendSeen,
      sendSeenDebounced: sendSeen,
      markSeen: sendSeen,
      markUnread: markChatUnread,
    },
    WAWebChatLoadMessages: { loadEarlierMsgs, loadRecentMsgs },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields },
    WAWebChatMessageSearch: {
      getSearchContext: (first: Chat | SearchedMessage, second: Msg | MsgKey) => {
        const takesObject = page.named.includes('WAWebChatMessageSearch.getSearchContext');
        const key = second instanceof Msg ? second.id : second;
        const { chat, msgKey } = takesObject ? (first as SearchedMessage) : { chat: first as Chat, msgKey: key };
        // What is no chat of the build's shape fails as on the real page, which looks for the chunk of the message.
        const [collection] = chat.msgChunks;
        return { collection, msg: page.msgs.get(msgKey), key: msgKey, highlightMsg: true };
      },
    },
    WAWebMsgReply: { canReplyMsg: () => true },
    WALinkify: { findLink, findLinks },
  };
}

/** After how long what is sent to a chat disappears, where it does; seconds. */
function getEphemeralFields(chat: Chat): Attributes {
  const ephemeralDuration = numberOf(chat.groupMetadata?.get('ephemeralDuration') ?? chat.get('ephemeralDuration'));
  const ephemeralSettingTimestamp = numberOf(chat.get('ephemeralSettingTimestamp'));
  return { ...(ephemeralDuration && { ephemeralDuration }), ...given({ ephemeralSettingTimestamp }) };
}

/** A link in a text, as `getLinkPreview` takes it. */
export interface FoundLink {
  href: string;
  url: string;
  domain: string;
  index: number;
  suspiciousCharacters?: Set<string>;
}

/** The links in a text. */
function findLinks(text: string | undefined): FoundLink[] {
  return [...(text ?? '').matchAll(/\b(?:https?:\/\/|www\.)[^\s<>"]+/gi)].map((match) => {
    const [url] = match;
    return {
      url,
      href: url.startsWith('www.') ? `http://${url}` : url,
      domain: /^(?:https?:\/\/)?([^/?#:]*)/i.exec(url)?.[1] ?? '',
      index: match.index,
    };
  });
}

function findLink(text: string | undefined): FoundLink | null {
  return findLinks(text)[0] ?? null;
}
