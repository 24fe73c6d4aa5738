import type { ChangeKind, ChangeMessage, Content } from '../../../contracts/replica-message.ts';
import type { Addon, ReactionAddon, VoteAddon } from '../model/addons.ts';
import type { Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import { attributesOf, contextAttributes } from './kinds.ts';

/** A change that has reached the page, with the message that it is about. */
interface AnyArrived {
  target: Msg;
  /** Key of the change itself. */
  key: MsgKey;
  message: ChangeMessage;
  /** True when it is new to the user, who may listen for it; else it comes from the history or from the profile. */
  isFresh: boolean;
}
type Arrived<K extends ChangeKind> = AnyArrived & { message: ChangeMessage<K> };

/** Changes the message as the page shows it. What its author may not do changes nothing, as on the real page. */
type Apply<K extends ChangeKind> = (page: Page, arrived: Arrived<K>) => void;

const reaction: Apply<'reaction'> = (page, arrived) => {
  const { target, message, isFresh } = arrived;
  const addon: ReactionAddon = { ...addonOf(arrived), text: message.content.text };
  if (isFresh) reportReaction(page, addon, message);
  const isLeft = page.addons.react(addon);
  if (isLeft !== undefined) target.set({ hasReaction: isLeft });
};

const edit: Apply<'edit'> = (_page, { target, key, message }) => {
  const { content, at } = message.content;
  if (!isAuthor(target, message) || at < Number(target.get('latestEditSenderTimestampMs') ?? 0)) return;
  target.set({
    ...(content.kind === 'caption' ? { caption: content.text } : attributesOf(content)),
    ...(content.kind === 'text' && contextAttributes({ ...message, quoted: undefined })),
    latestEditMsgKey: key,
    latestEditSenderTimestampMs: at,
  });
};

/**
 * The page gives the message the key of the revocation before its type changes: programs that listen see one with the words that it had, then
 * one without (wwebjs/whatsapp-web.js#1178, #3715).
 */
const revoke: Apply<'revoke'> = (page, { target, key, message }) => {
  const isSender = isAuthor(target, message);
  if (!isSender && !target.id.remote.isGroup()) return;
  const protocolMessageKey = target.id;
  const chat = page.chats.get(key.remote);
  for (const collection of [page.msgs, chat?.msgs]) collection?.reindex(target, key);
  if (chat?.lastReceivedKey?.equals(target.id)) chat.lastReceivedKey = key;
  if (key.remote.isStatus()) page.statuses.of(new Wid(message.from)).forget(target);
  target.set({ id: key });
  target.set({
    type: 'revoked',
    subtype: isSender ? 'sender' : 'admin',
    body: '',
    caption: undefined,
    quotedMsg: undefined,
    hasReaction: false,
    revokeSender: new Wid(message.from),
    revokeTimestamp: message.t,
    protocolMessageKey,
  });
};

const vote: Apply<'vote'> = (page, arrived) => {
  const { target, message, isFresh } = arrived;
  if (target.type !== 'poll_creation') return;
  const options = target.get('pollOptions') as { name: string; localId: number }[];
  const chosen = options.filter(({ name }) => message.content.options.includes(name));
  const addon: VoteAddon = { ...addonOf(arrived), localIds: chosen.map(({ localId }) => localId) };
  if (page.addons.vote(addon) && isFresh) reportVote(page, addon, message);
};

const pin: Apply<'pin'> = (page, arrived) => {
  const { isPinned, seconds } = arrived.message.content;
  page.addons.pins.put({ ...addonOf(arrived), isPinned, seconds });
};

const responses = { none: 0, going: 1, 'not-going': 2, maybe: 3 } as const;

const eventResponse: Apply<'event-response'> = (page, arrived) => {
  if (arrived.target.type !== 'event_creation') return;
  page.addons.responses.put({ ...addonOf(arrived), response: responses[arrived.message.content.response] });
};

const changes: { [K in ChangeKind]: Apply<K> } = { reaction, edit, revoke, vote, pin, 'event-response': eventResponse };

/** True for what changes another message instead of adding one. */
export function changesAnother<M extends { content: Content }>(message: M): message is M & ChangeMessage {
  return message.content.kind in changes;
}

/** Changes the message that the change is about; a revoked message stays unchanged. */
export function changeShown(page: Page, arrived: AnyArrived): void {
  if (arrived.target.type === 'revoked') return;
  (changes[arrived.message.content.kind] as (page: Page, arrived: AnyArrived) => void)(page, arrived);
}

/** Kinds of response as code in the page numbers them. */
export function responseOf(number: number): keyof typeof responses {
  const found = Object.entries(responses).find(([, value]) => value === number);
  if (!found) throw new Error(`there is no response ${number}`);
  return found[0] as keyof typeof responses;
}

function addonOf({ target, key, message, isFresh }: AnyArrived): Addon {
  const { content, from, t } = message;
  return {
    key,
    parent: target.id,
    sender: new Wid(from),
    at: content.at,
    t,
    isRead: !isFresh || key.fromMe,
  };
}

/** The author of a message, which in a group is not where it comes from. */
function isAuthor(target: Msg, { from }: ChangeMessage): boolean {
  return target.id.fromMe
    ? target.from.equals(from)
    : ((target.get('author') as Wid | undefined) ?? target.from).equals(from);
}

/** Code in the page that listens replaces the function that stores reactions, whose name and rows depend on the build. */
function reportReaction(
  page: Page,
  { key, parent, sender, at, text, isRead, t }: ReactionAddon,
  { to, ack }: ChangeMessage,
) {
  const { reactionTableMode } = (page.exports.get('WAWebAddonReactionTableMode') ?? {}) as Partial<TableModes>;
  if (reactionTableMode) {
    void reactionTableMode.bulkUpsert([
      {
        id: key,
        type: 'reaction',
        from: sender,
        to: new Wid(to),
        t,
        ack,
        read: isRead,
        orphan: 0,
        reactionParentKey: parent,
        reactionText: text,
        reactionTimestamp: at,
      },
    ]);
    return;
  }
  const { createOrUpdateReactions } = (page.exports.get('WAWebDBCreateOrUpdateReactions') ?? {}) as Partial<TableModes>;
  void createOrUpdateReactions?.([
    {
      msgKey: String(key),
      parentMsgKey: String(parent),
      senderUserJid: String(sender),
      reactionText: text,
      timestamp: at,
      read: isRead,
      orphan: 0,
      orphanReason: null,
    },
  ]);
}

function reportVote(page: Page, { key, parent, sender, at, localIds, isRead }: VoteAddon, { to, ack }: ChangeMessage) {
  const { pollVoteTableMode } = (page.exports.get('WAWebAddonPollVoteTableMode') ?? {}) as Partial<TableModes>;
  void pollVoteTableMode?.bulkUpsert([
    {
      id: key,
      type: 'poll_update',
      from: sender,
      to: new Wid(to),
      t: at,
      ack,
      read: isRead,
      pollUpdateParentKey: parent,
      selectedOptionLocalIds: localIds,
      senderTimestampMs: at,
    },
  ]);
}

type Upsert = (rows: Record<string, unknown>[]) => Promise<unknown>;
interface TableModes {
  reactionTableMode: { bulkUpsert: Upsert };
  pollVoteTableMode: { bulkUpsert: Upsert };
  createOrUpdateReactions: Upsert;
}
