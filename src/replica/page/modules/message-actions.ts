import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { responseOf } from '../messages/changes.ts';
import { contextOf } from '../messages/kinds.ts';
import { type PinAddon, tableOf, type VoteAddon } from '../model/addons.ts';
import { type Chat, Msg } from '../model/models.ts';
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

/** What a user does to a message that is there. */
export function messageActionModules(page: Page, { messaging, requests, sharedState }: Lifecycle): Implementations {
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
    for (const msg of messages) await sharedState.change({ action: 'star', index: String(msg.id), value: isStarred });
  };
  Object.assign(page.cmd, {
    sendStarMsgs: star(true),
    sendUnstarMsgs: star(false),
    sendRevokeMsgs: async (_chat: Chat, messages: readonly Msg[] | { list: readonly Msg[] }) => {
      for (const msg of list(messages)) await messaging.change(msg, { kind: 'revoke' });
    },
    sendDeleteMsgs: async (_chat: Chat, messages: readonly Msg[] | { list: readonly Msg[] }) => {
      for (const msg of list(messages)) {
        await sharedState.change({ action: 'deleteMessageForMe', index: String(msg.id), value: true });
      }
    },
  });
  return {
    WAWebSendReactionMsgAction: {
      sendReactionToMsg: (msg: Msg, text: string) => messaging.change(msg, { kind: 'reaction', text }),
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
      canAdminRevokeMsg: () => false,
      canStarMsg: (msg: Msg) => !isRevoked(msg),
      canPinMsg: (msg: Msg) => !isRevoked(msg),
      canForwardMsg: (msg: Msg) => !isRevoked(msg),
      canDeleteMsg: () => true,
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

const voteRow = ({ localIds }: VoteAddon) => ({ selectedOptionLocalIds: Uint8Array.from(localIds).buffer });
const pinRow = ({ isPinned, seconds }: PinAddon) => ({ pinType: isPinned ? 1 : 2, pinExpiryDuration: seconds });

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
