import { BaseCollection, type ModelId } from './base-collection.ts';
import { BaseModel, defineAttributes } from './base-model.ts';
import type { MsgKey } from './msg-key.ts';
import type { Wid } from './wid.ts';

/** A change that the page keeps beside the message that it changes. */
export interface Addon {
  /** Key of the change itself. */
  key: MsgKey;
  parent: MsgKey;
  sender: Wid;
  /** Milliseconds since 1970. */
  at: number;
  /** Seconds since 1970. */
  t: number;
  isRead: boolean;
}
export type ReactionAddon = Addon & { text: string };
export type VoteAddon = Addon & { localIds: number[] };
export type PinAddon = Addon & { isPinned: boolean; seconds: number };
export type ResponseAddon = Addon & { response: number };

/** The latest addon of each sender for each message: what one table of the page's database holds. */
class AddonTable<A extends Addon> {
  private readonly rows = new Map<string, A>();

  /** @returns false for what a later one of the same sender has replaced. */
  put(addon: A): boolean {
    const index = `${addon.parent} ${addon.sender}`;
    const known = this.rows.get(index);
    if (known && known.at > addon.at) return false;
    this.rows.set(index, addon);
    return true;
  }

  all(): A[] {
    return [...this.rows.values()];
  }
}

class ReactionsSenders extends BaseModel {
  declare senderUserJid: string;
}
defineAttributes(ReactionsSenders, {
  props: ['id', 'msgKey', 'parentMsgKey', 'reactionText', 'timestamp', 'senderUserJid', 'read', 'orphan'],
  session: [],
});

class AggReactions extends BaseModel {
  declare id: string;
  declare hasReactionByMe: boolean;
  declare senders: BaseCollection<ReactionsSenders>;
}
defineAttributes(AggReactions, { props: ['id', 'aggregateEmoji', 'hasReactionByMe', 'senders'], session: [] });

/** The reactions to one message, by emoji. */
class Reactions extends BaseModel {
  declare reactionByMe: ReactionsSenders | undefined;
  declare readonly reactions: BaseCollection<AggReactions>;

  override initialize(): void {
    this.set({ reactions: new BaseCollection(AggReactions) }, { silent: true });
  }
}
defineAttributes(Reactions, { props: ['id', 'reactionByMe'], session: ['reactions'] });

export class ReactionsCollection extends BaseCollection<Reactions> {
  constructor() {
    super(Reactions);
  }

  /** Replaces the reaction of the sender; an empty text takes it away. @returns whether any is left. */
  change({ key, parent, sender, at, text, isRead }: ReactionAddon): boolean {
    const { reactions } = this.gadd(String(parent));
    const isMine = key.fromMe;
    for (const group of reactions.getModelsArray()) {
      group.senders.remove(group.senders.filter(({ senderUserJid }) => senderUserJid === String(sender)));
      if (isMine) group.hasReactionByMe = false;
      if (group.senders.length === 0) reactions.remove(group);
    }
    if (text === '') return reactions.length > 0;
    const group =
      reactions.get(text) ??
      (reactions.add({
        id: text,
        aggregateEmoji: text,
        hasReactionByMe: false,
        senders: new BaseCollection(ReactionsSenders),
      })[0] as AggReactions);
    if (isMine) group.hasReactionByMe = true;
    group.senders.add({
      id: String(key),
      msgKey: String(key),
      parentMsgKey: String(parent),
      reactionText: text,
      timestamp: at,
      senderUserJid: String(sender),
      read: isRead,
      orphan: 0,
    });
    return true;
  }
}

/** A vote in a poll, under the names that code in the page reads. */
class PollVote extends BaseModel {}
defineAttributes(PollVote, {
  props: ['id', 'sender', 'senderTimestampMs', 'selectedOptionLocalIds', 'parentMsgKey', 'read'],
  session: [],
});

/** What members of chats did to messages, with the page's tables of it. */
export class Addons {
  readonly reactions = new ReactionsCollection();
  private readonly reactionRows = new AddonTable<ReactionAddon>();
  readonly votes = new AddonTable<VoteAddon>();
  /** Builds that have it add each vote to it. */
  readonly pollVotes = new BaseCollection(PollVote);
  readonly pins = new AddonTable<PinAddon>();
  readonly responses = new AddonTable<ResponseAddon>();

  /** @returns false for a vote that a later one of the same sender has replaced. */
  vote(addon: VoteAddon): boolean {
    if (!this.votes.put(addon)) return false;
    const { key, parent, sender, at, localIds, isRead } = addon;
    this.pollVotes.add({
      id: String(key),
      sender,
      senderTimestampMs: at,
      selectedOptionLocalIds: localIds,
      parentMsgKey: parent,
      read: isRead,
    });
    return true;
  }

  /** @returns whether the message has any reaction left; undefined when nothing changed. */
  react(addon: ReactionAddon): boolean | undefined {
    return this.reactionRows.put(addon) ? this.reactions.change(addon) : undefined;
  }
}

/** A table of the page's database as code in the page reads it: rows by the values of an index. */
export function tableOf<A extends Addon>(table: { all(): A[] }, rowOf: (addon: A) => Record<string, unknown>) {
  const rows = () => table.all().map((addon) => ({ ...baseRow(addon), ...rowOf(addon) }) as Record<string, unknown>);
  return {
    all: async () => rows(),
    equals: async (index: readonly string[], value: ModelId | readonly ModelId[]) => {
      const values = Array.isArray(value) ? value : [value];
      return rows().filter((row) => index.every((name, i) => String(row[name]) === String(values[i])));
    },
    get: async (key: ModelId) => rows().find(({ id }) => id === String(key)),
  };
}

function baseRow({ key, parent, sender, at, t, isRead }: Addon): Record<string, unknown> {
  return {
    id: String(key),
    msgKey: String(key),
    parentMsgKey: String(parent),
    chatId: String(parent.remote),
    sender: String(sender),
    senderTimestampMs: at,
    t,
    read: isRead,
  };
}
