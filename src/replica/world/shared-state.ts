import type { PhoneChat } from '../../contracts/phone-control.ts';
import { isChange, type Message } from '../../contracts/replica-message.ts';
import type { Mutation, MutationOf } from '../../contracts/replica-queries.ts';
import type { ReplicaAccount } from './accounts.ts';
import { isChannelJid, isUserJid, statusJid, userJid, userOf } from './people.ts';

/** State of a chat that goes with it when the chat is deleted. A note and a mute stay with the other party. */
const goesWithChat: ReadonlySet<Mutation['action']> = new Set(['archive', 'pin', 'markUnread', 'labels']);

/** The chat of the account that a message is in. */
export function chatOf(account: ReplicaAccount, { from, to }: Pick<Message, 'from' | 'to'>): string {
  const me = userJid(account.number);
  return to === me || to === account.lid ? from : to;
}

/** The text of a message's key as the account's pages write it. */
export function keyTextOf(account: ReplicaAccount, message: Pick<Message, 'id' | 'from' | 'to'>): string {
  const { id, from } = message;
  const chat = chatOf(account, message);
  const isOwn = from === userJid(account.number) || from === account.lid;
  return `${isOwn}_${chat}_${id}${isUserJid(chat) ? '' : `_${from}`}`;
}

/** Takes over a change of state that the devices of the account share. */
export function changeState(account: ReplicaAccount, mutation: Mutation): void {
  switch (mutation.action) {
    case 'pushname':
      account.pushname = mutation.value;
      return;
    case 'contact':
      changeContact(account, mutation);
      return;
    case 'clear':
      removeMessages(account, mutation.index, mutation.value);
      return;
    case 'delete':
      removeMessages(account, mutation.index, mutation.value);
      if (account.messages.some((message) => chatOf(account, message) === mutation.index)) return;
      account.mutations = account.mutations.filter(
        ({ action, index }) => index !== mutation.index || !goesWithChat.has(action),
      );
      return;
    default: {
      const isSame = ({ action, index }: Mutation) => action === mutation.action && index === mutation.index;
      const others = account.mutations.filter((other) => !isSame(other));
      // That all was read says nothing of what came later.
      const isOver = mutation.action === 'markUnread' && !mutation.value;
      account.mutations = isOver ? others : [...others, mutation];
    }
  }
}

function changeContact(account: ReplicaAccount, { index, value }: MutationOf<'contact'>): void {
  const others = account.contacts.filter(({ id }) => id !== index);
  const pushname = account.contacts.find(({ id }) => id === index)?.pushname ?? '';
  account.contacts = value ? [...others, { id: index, pushname, ...value }] : others;
}

/** Removes the messages of a chat up to the last one of them; none of a chat without that one. */
function removeMessages(account: ReplicaAccount, chat: string, last: string | null): void {
  const end = account.messages.findIndex((message) => message.id === last && chatOf(account, message) === chat);
  account.messages = account.messages.filter((message, i) => i > end || chatOf(account, message) !== chat);
}

/** The chats of an account as its phone lists them: those with messages or state of their own, pinned ones first, then by activity. */
export function chatsOf(account: ReplicaAccount, subjectOf: (group: string) => string | undefined): PhoneChat[] {
  const chats = new Map<string, PhoneChat>();
  const names = new Map(account.contacts.map((contact) => [contact.id, contact.name]));
  const chat = (id: string) => {
    const known = chats.get(id);
    if (known) return known;
    const name = names.get(id) ?? subjectOf(id) ?? `+${userOf(id)}`;
    const fresh: PhoneChat = { id, name, messages: 0, archived: false, pinned: 0, mutedUntil: 0, ...unmarked() };
    chats.set(id, fresh);
    return fresh;
  };
  for (const message of account.messages) {
    // The status and channels are in no list of chats.
    if (isChange(message.content) || message.to === statusJid || isChannelJid(message.to)) continue;
    const found = chat(chatOf(account, message));
    found.messages += 1;
    found.lastMessage = message.id;
    found.t = message.t;
  }
  for (const mutation of account.mutations) {
    if (mutation.action === 'archive') chat(mutation.index).archived = mutation.value;
    else if (mutation.action === 'pin') chat(mutation.index).pinned = mutation.value;
    else if (mutation.action === 'mute') Object.assign(chats.get(mutation.index) ?? {}, { mutedUntil: mutation.value });
    else if (mutation.action === 'markUnread') chat(mutation.index).markedUnread = mutation.value;
    else if (mutation.action === 'labels') chat(mutation.index).labels = mutation.value;
    else if (mutation.action === 'note') Object.assign(chats.get(mutation.index) ?? {}, { note: mutation.value });
  }
  return [...chats.values()].sort((a, b) => b.pinned - a.pinned || (b.t ?? 0) - (a.t ?? 0));
}

const unmarked = () => ({ markedUnread: false, labels: [], note: '' });
