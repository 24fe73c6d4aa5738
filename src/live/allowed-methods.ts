import type { Json } from '../contracts/host.ts';
import type { LiveCall } from '../runner/live-site.ts';

/**
 * What attempts on the live site may call, by the class that declares the method. Everything else is refused, above all what ends a link,
 * changes a profile, blocks, joins, deletes a chat, or makes groups and channels. `reads` change nothing; each of `writes` counts as a message.
 */
const reads: ReadonlySet<string> = methodsOf({
  Client: [
    ...['getState', 'getWWebVersion', 'getChats', 'getChatById', 'getContacts', 'getContactById', 'getNumberId'],
    ...['isRegisteredUser', 'getFormattedNumber', 'getCountryCode', 'getMessageById', 'getProfilePicUrl'],
    ...['getCommonGroups', 'searchMessages', 'getBlockedContacts', 'getLabels'],
  ],
  Message: [...['downloadMedia', 'getChat', 'getContact', 'getMentions', 'getQuotedMessage', 'getInfo', 'reload']],
  Chat: ['fetchMessages', 'getContact', 'getLabels'],
  Contact: [...['getProfilePicUrl', 'getAbout', 'getCommonGroups', 'getChat', 'getFormattedNumber', 'getCountryCode']],
});
const writes: ReadonlySet<string> = methodsOf({
  Client: ['sendMessage', 'sendSeen'],
  Message: ['reply', 'react', 'edit', 'delete'],
});

/** The group in which attempts may write: a person has made it, with accounts of the pool as its members. */
export const groupName = 'wwebjs-canary';

/** @returns null for a method that no attempt on the live site may call. */
export function kindOfCall(method: string): 'read' | 'write' | null {
  if (reads.has(method)) return 'read';
  return writes.has(method) ? 'write' : null;
}

/**
 * Why a call that writes would leave the pool; null where it stays among the numbers of the attempt and the group of the pool. `Message.reply` goes to the chat of its
 * message unless its second argument names another one.
 *
 * @param ofAttempt digits of the numbers that may be written to. @param ofPool those that may be in the group.
 */
export async function leavesPool(
  { method, args, chat }: LiveCall,
  { ofAttempt, ofPool }: Record<'ofAttempt' | 'ofPool', readonly string[]>,
): Promise<string | null> {
  const to = addressed(method, args);
  if (to === null) return null;
  const text = String(to);
  if (!text.endsWith('@g.us'))
    return ofAttempt.some((number) => text === number || text === `${number}@c.us`)
      ? null
      : 'a message out of the pool';
  return isPoolGroup(await chat(text), ofPool) ? null : `a message to another group than "${groupName}" of the pool`;
}

/** To whom a call writes; null where it answers a message in its own chat. */
function addressed(method: string, args: readonly unknown[]): unknown {
  if (method.startsWith('Client.')) return args[0];
  return method === 'Message.reply' ? (args[1] ?? null) : null;
}

/** Members that are known by a LID only cannot be compared with numbers; the name of the group stands for them. */
function isPoolGroup(chat: Json, ofPool: readonly string[]): boolean {
  const { name, isGroup, groupMetadata } = asObject(chat);
  const { participants } = asObject(groupMetadata);
  const members = (Array.isArray(participants) ? participants : []).map((each) => asObject(asObject(each).id));
  const strangers = members.filter(({ server, user }) => server === 'c.us' && !ofPool.includes(String(user)));
  return isGroup === true && name === groupName && strangers.length === 0;
}

function asObject(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function methodsOf(classes: Readonly<Record<string, readonly string[]>>): ReadonlySet<string> {
  return new Set(Object.entries(classes).flatMap(([name, methods]) => methods.map((method) => `${name}.${method}`)));
}
