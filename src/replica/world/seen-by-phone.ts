import type { PhoneMessage } from '../../contracts/phone-control.ts';
import {
  bodyOf,
  type ChangeMessage,
  type Content,
  contextSchema,
  type Message,
} from '../../contracts/replica-message.ts';
import { isGroupJid, isUserJid, userOf } from './people.ts';

/** A person is shown by the number, all else by its jid. */
const partyOf = (jid: string) => (isUserJid(jid) ? userOf(jid) : jid);

const contextKeys = Object.keys(contextSchema.shape) as (keyof typeof contextSchema.shape)[];

export function asSeenByPhone(message: Message): PhoneMessage {
  const { id, from, to, content, t, ack, quoted } = message;
  return {
    id,
    from: partyOf(from),
    to: partyOf(to),
    body: bodyOf(content),
    content,
    t,
    ack,
    ...(quoted && { quoted: quoted.id }),
    ...Object.fromEntries(contextKeys.flatMap((key) => (message[key] === undefined ? [] : [[key, message[key]]]))),
  };
}

/** The deeds with this one instead of an earlier one of the same person. */
function withLatest<D extends { from: string; at: number }>(deeds: readonly D[] = [], deed: D): D[] {
  const known = deeds.find(({ from }) => from === deed.from);
  if (known && known.at > deed.at) return [...deeds];
  return [...deeds.filter((other) => other !== known), deed];
}

/** Changes the message as a phone shows it; what the author of the change may not do changes nothing. */
export function changeSeen(seen: PhoneMessage, { content, from: jid }: ChangeMessage): void {
  if (seen.revokedBy !== undefined) return;
  const from = partyOf(jid);
  const { at } = content;
  switch (content.kind) {
    case 'reaction':
      seen.reactions = withLatest(seen.reactions, { from, at, text: content.text });
      return;
    case 'edit': {
      if (seen.from !== from || at < (seen.editedAt ?? 0)) return;
      const { content: edited } = content;
      const now = edited.kind === 'caption' ? { ...seen.content, caption: edited.text } : edited;
      Object.assign(seen, { content: now, body: bodyOf(now as Content), editedAt: at });
      return;
    }
    case 'revoke':
      if (seen.from !== from && !isGroupJid(seen.to)) return;
      Object.assign(seen, { revokedBy: from, body: '' });
      return;
    case 'vote':
      if (seen.content.kind === 'poll') seen.votes = withLatest(seen.votes, { from, at, options: content.options });
      return;
    case 'pin':
      if (at >= (seen.pin?.at ?? 0)) seen.pin = { from, at, isPinned: content.isPinned, seconds: content.seconds };
      return;
    case 'event-response':
      if (seen.content.kind !== 'event') return;
      seen.responses = withLatest(seen.responses, { from, at, response: content.response });
  }
}
