import type { Message } from '../../contracts/replica-message.ts';
import { lidOf, type People, userJid, userOf } from './people.ts';

/** The same person by number and by lid. */
export const byLid = (jid: string) => (jid.endsWith('@c.us') ? lidOf(userOf(jid)) : jid);

/** Names people by number; a lid without an account stays. */
export const byNumber =
  (people: People) =>
  (jid: string): string => {
    const person = jid.endsWith('@lid') ? people.withJid(jid) : undefined;
    return person ? userJid(person.number) : jid;
  };

/** The message with each person in it named by `address`: author, receiver, whom it is about and who is mentioned. */
export function readdressed(message: Message, address: (jid: string) => string): Message {
  const { content, quoted, mentions } = message;
  const named = (): Message['content'] => {
    if ('target' in content) return { ...content, target: { ...content.target, from: address(content.target.from) } };
    if (content.kind === 'group-event') return { ...content, recipients: content.recipients.map(address) };
    return content;
  };
  return {
    ...message,
    from: address(message.from),
    to: address(message.to),
    content: named(),
    ...(quoted && {
      quoted: { ...quoted, from: address(quoted.from), ...(quoted.chat && { chat: address(quoted.chat) }) },
    }),
    ...(mentions && { mentions: mentions.map(address) }),
  };
}
