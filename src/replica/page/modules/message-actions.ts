import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { responseOf } from '../messages/changes.ts';
import { contextOf } from '../messages/kinds.ts';
import { type PinAddon, tableOf, type VoteAddon } from '../model/addons.ts';
import { type Chat, type Contact, Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Wid } from '../model/wid.ts';
import { isMe, type Page } from '../shared/page.ts';

/** How long after it was sent a message can be edited and revoked, in seconds. */
const editWindow = 15 * 60;
const revokeWindow = 60 * 60 * 60;

const ageOf = (msg: Msg) => Date.now() / 1000 - msg.t;
const isRevoked = (msg: Msg) => msg.type === 'revoked';
const isEditable = (msg: Msg) => msg.id.fromMe && ageOf(msg) < editWindow;

interface EditOptions {
  mentionedJidList?: Wid[];
  groupMentions?: { groupSubject: string; groupJid: Wid }[];
}

interface EventOptions {
  name: string;
  description?: string | null;
  startTime: number;
  endTime?: number | null;
  location?: string | null;
  callType?: string | null;
  isEventCanceled?: boolean;
}

interface ForwardOptions {
  chat: Chat;
  chats: readonly Chat[];
  msgs: readonly Msg[];
}

/** What a user does to a message that is there. */
export function messageActionModules(page: Page, { messaging, requests, sharedState }: Lifecycle): Implementations {
  const forward = async (chat: Chat, msgs: readonly Msg[]) => {
    for (const msg of msgs) await messaging.forward(chat, msg);
  };
  const takesObject = (name: string) => page.named.includes(name);
  const sendMessageEdit = async (msg: Msg, text: string, options: EditOptions = {}) => {
    const content = msg.type === 'chat' ? { kind: 'text' as const, body: text } : { kind: 'caption' as const, text };
    const { mentionedJidList, groupMentions } = options;
    const result = await messaging.change(
      msg,
      { kind: 'edit', content },
      contextOf({ mentionedJidList, groupMentions }),
    );
    return page.surface.behaviours.editResult === 'message' ? [msg, result] : undefined;
  };
  const list = (messages: readonly Msg[] | { list: readonly Msg[] }) => ('list' in messages ? messages.list : messages);
  const star = (isStarred: boolean) => async (_chat: Chat, messages: readonly Msg[]) => {
    for (const msg of messages) await sharedState.change({ action: 'star', index: keyText(msg), value: isStarred });
  };
  Object.assign(page.cmd, {
    sendStarMsgs: star(true),
    sendUnstarMsgs: star(false),
    sendRevokeMsgs: async (_chat: Chat, messages: readonly Msg[] | { list: readonly Msg[] }) => {
      for (const msg of list(messages)) await messaging.change(msg, { kind: 'revoke' });
    },
    sendDeleteMsgs: async (_chat: Chat, messages: readonly Msg[] | { list: readonly Msg[] }) => {
      for (const msg of list(messages)) {
        await sharedState.change({ action: 'deleteMessageForMe', index: keyText(msg), value: true });
      }
    },
  });
  return {
    WAWebSendReactionMsgAction: {
      sendReactionToMsg: async (msg: Msg, text: string) => {
        const result = await messaging.change(msg, { kind: 'reaction', text });
        // As reported of real pages (wwebjs/whatsapp-web.js#201858).
        if (result.messageSendResult !== 'OK') throw new Error('Reaction send error');
        return result;
      },
    },
    WAWebSendMessageEditAction: { sendMessageEdit },
    WAWebPollsSendVoteMsgAction: {
      sendVote: (msg: Msg, localIds: ReadonlySet<number>) => {
        const options = msg.get('pollOptions') as { name: string; localId: number }[];
        const chosen = options.filter(({ localId }) => localIds.has(localId)).map(({ name }) => name);
        return messaging.change(msg, { kind: 'vote', options: chosen });
      },
    },
    WAWebPinMsgConstants: {
      PIN_STATE: { INVALID: 0, PIN: 1, UNPIN: 2 },
      getPinExpiryDuration: (option: unknown) => Number(option),
    },
    WAWebSendPinMessageAction: {
      sendPinInChatMsg: (msg: Msg, state: number, seconds = 7 * 24 * 60 * 60) =>
        messaging.change(msg, { kind: 'pin', isPinned: state === 1, seconds: state === 1 ? seconds : 0 }),
    },
    WAWebSendEventEditMsgAction: {
      sendEventEditMessage: async (options: EventOptions, msg: Msg) => {
        const { name, description, startTime, endTime, location, callType, isEventCanceled = false } = options;
        const joinLink = msg.get('eventJoinLink') as string | undefined;
        await messaging.change(msg, {
          kind: 'edit',
          content: {
            kind: 'event',
            name,
            start: startTime,
            isCanceled: isEventCanceled,
            ...(joinLink !== undefined && callType !== 'none' && { joinLink }),
            ...(description && { description }),
            ...(endTime && { end: endTime }),
            ...(location && { location }),
          },
        });
      },
    },
    WAWebSendEventResponseMsgAction: {
      sendEventResponseMsg: (response: number, msg: Msg) =>
        messaging.change(msg, { kind: 'event-response', response: responseOf(response) }),
    },
    WAWebMsgActionCapability: {
      canEditText: (msg: Msg) => msg.type === 'chat' && isEditable(msg),
      canEditCaption: (msg: Msg) => typeof msg.get('caption') === 'string' && !isRevoked(msg) && isEditable(msg),
      canSenderRevokeMsg: (msg: Msg) => msg.id.fromMe && !isRevoked(msg) && ageOf(msg) < revokeWindow,
      canAdminRevokeMsg: (msg: Msg) => !isRevoked(msg) && Boolean(page.chats.get(msg.id.remote)?.iAmAdmin()),
      canStarMsg: (msg: Msg) => !isRevoked(msg),
      canPinMsg: (msg: Msg) => !isRevoked(msg),
      canForwardMsg: (msg: Msg) => !isRevoked(msg),
      canDeleteMsg: () => true,
    },
    WAWebChatForwardMessage: {
      // What is no object of the build's shape fails at what the real page reads first (wwebjs/whatsapp-web.js#3924).
      forwardMessages: async (options: ForwardOptions | Chat, given: readonly Msg[]) => {
        const { chat, msgs } = takesObject('WAWebChatForwardMessage.forwardMessages')
          ? (options as ForwardOptions)
          : { chat: options as Chat, msgs: given };
        void chat.contact;
        return forward(chat, msgs);
      },
    },
    WAWebForwardMessagesToChat: {
      forwardMessagesToChats: async (options: ForwardOptions | readonly Msg[], given: readonly Chat[]) => {
        const { chats, msgs } = takesObject('WAWebForwardMessagesToChat.forwardMessagesToChats')
          ? (options as ForwardOptions)
          : { chats: given, msgs: options as readonly Msg[] };
        await Promise.all(chats.map((chat) => forward(chat, msgs)));
        return true;
      },
    },
    WAWebGenerateEventCallLink: {
      createEventCallLink: async (_start: number, callType: string) => {
        const media = callType === 'video' ? 'video' : 'voice';
        const token = await requests.query('callLink', { media });
        return `https://call.whatsapp.com/${media}/${token}`;
      },
    },
    WAWebFrontendVcardUtils: { vcardFromContactModel },
    WAWebVcardParsingUtils: { parseVcard },
    WAWebVcardGetNameFromParsed: { vcardGetNameFromParsed },
    WAWebBizOrderBridge: {
      queryOrder: (_chat: Wid, orderId: string, _width: number, _height: number, token: string) =>
        requests.query('order', { orderId, token }),
    },
    WAWebBizProductCatalogBridge: {
      queryProduct: async (_seller: Wid, productId: string) => ({
        data: await requests.query('product', { productId }),
      }),
    },
    WAWebApiMessageInfoStore: {
      queryMsgInfo: async (key: MsgKey) => {
        const info = await requests.query('messageInfo', { id: key.id, to: String(key.remote) });
        const people = (of: { id: string; t: number }[]) => of.map(({ id, t }) => ({ id: new Wid(id), t }));
        return { ...info, delivery: people(info.delivery), read: people(info.read), played: people(info.played) };
      },
    },
    WAWebPollsVotesSchema: { getTable: () => tableOf(page.addons.votes, voteRow) },
    WAWebPinInChatSchema: { getTable: () => tableOf(page.addons.pins, pinRow) },
    WAWebAddonReactionTableMode: { reactionTableMode: { bulkUpsert: () => Promise.resolve() } },
    WAWebAddonPollVoteTableMode: { pollVoteTableMode: { bulkUpsert: () => Promise.resolve() } },
    WAWebDBCreateOrUpdateReactions: { createOrUpdateReactions: () => Promise.resolve() },
    WAWebReactionsCollection: { ReactionsCollection: page.addons.reactions },
    WAWebQuotedMsgModelUtils: { getQuotedMsgObj: (msg: Msg) => quotedMsg(page, msg) },
  };
}

/** The text of the key that a message had when it came. */
const keyText = (msg: Msg) => String(msg.get('protocolMessageKey') ?? msg.id);

const voteRow = ({ localIds }: VoteAddon) => ({ selectedOptionLocalIds: Uint8Array.from(localIds).buffer });
const pinRow = ({ isPinned, seconds }: PinAddon) => ({ pinType: isPinned ? 1 : 2, pinExpiryDuration: seconds });

/** A contact as an electronic business card. */
function vcardFromContactModel({ id, name, pushname }: Contact): { displayName: string; vcard: string } {
  const displayName = name ?? pushname ?? `+${id.user}`;
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${displayName};;;`,
    `FN:${displayName}`,
    `TEL;type=CELL;waid=${id.user}:+${id.user}`,
    'END:VCARD',
  ];
  return { displayName, vcard: lines.join('\n') };
}

type ParsedVcard = Record<string, { value: string }[]>;

/** The fields of a card by name; null for a text that is none. */
function parseVcard(text: string): ParsedVcard | null {
  if (!/^BEGIN:VCARD\r?\n[\s\S]*\nEND:VCARD\s*$/i.test(text)) return null;
  const parsed: ParsedVcard = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^(?:[\w-]+\.)?([\w-]+)[^:]*:(.*)$/.exec(line) ?? [];
    if (name) parsed[name.toUpperCase()] = [...(parsed[name.toUpperCase()] ?? []), { value }];
  }
  return parsed;
}

function vcardGetNameFromParsed({ FN, NICKNAME, TEL }: ParsedVcard): string {
  return [FN, NICKNAME, TEL].find((field) => field?.[0]?.value)?.[0]?.value ?? '';
}

/** The quoted message: the one of the chat, or one made of what the quote says where the page does not have it. */
function quotedMsg(page: Page, msg: Msg): Msg | null {
  const quoted = msg.get('quotedMsg') as Record<string, unknown> | undefined;
  const id = msg.get('quotedStanzaID') as string | undefined;
  const participant = msg.get('quotedParticipant') as Wid | undefined;
  if (!quoted || !id || !participant) return null;
  const remote = (msg.get('quotedRemoteJid') as Wid | undefined) ?? msg.id.remote;
  const fromMe = isMe(page, participant);
  const known = page.chats.get(remote)?.msgs.findFirst((other) => other.id.id === id);
  return (
    known ??
    new Msg({
      ...quoted,
      id: new page.MsgKey({ fromMe, remote, id, ...(remote.isGroup() && { participant }) }),
      from: participant,
      to: fromMe ? remote : page.me?.pn,
      author: participant,
      t: msg.t,
      ack: 1,
      isNewMsg: false,
    })
  );
}
