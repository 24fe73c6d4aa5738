/**
 * What attempts on the live site may call, by the name of the method. Everything else is refused, above all what ends a link, changes a
 * profile, blocks, joins, or makes groups and channels. `reads` change nothing; each of `writes` counts as a message.
 */
const reads: ReadonlySet<string> = new Set([
  ...['getState', 'getWWebVersion', 'getChats', 'getChatById', 'getContacts', 'getContactById', 'getNumberId'],
  ...['isRegisteredUser', 'getFormattedNumber', 'getCountryCode', 'getMessageById', 'downloadMedia', 'getChat'],
  ...['getContact', 'getMentions', 'getQuotedMessage', 'getInfo', 'fetchMessages', 'getProfilePicUrl', 'getAbout'],
  ...['getCommonGroups', 'searchMessages', 'getBlockedContacts', 'getLabels', 'reload'],
]);
const writes: ReadonlySet<string> = new Set(['sendMessage', 'reply', 'react', 'edit', 'delete', 'sendSeen']);

/** @returns null for a method that no attempt on the live site may call. */
export function kindOfCall(method: string): 'read' | 'write' | null {
  if (reads.has(method)) return 'read';
  return writes.has(method) ? 'write' : null;
}

/**
 * Whether a call that sends stays among the numbers of the attempt and groups, in which every member was put by hand. `reply` goes to the
 * chat of its message unless its second argument names another one.
 *
 * @param numbers digits of the numbers of the attempt.
 */
export function staysWithinPool(method: string, args: readonly unknown[], numbers: readonly string[]): boolean {
  if (method === 'sendMessage') return isWithinPool(args[0], numbers);
  return method !== 'reply' || args[1] == null || isWithinPool(args[1], numbers);
}

/** @param to digits, or an id. */
function isWithinPool(to: unknown, numbers: readonly string[]): boolean {
  const text = String(to);
  return /^[\d-]+@g\.us$/.test(text) || numbers.some((number) => text === number || text === `${number}@c.us`);
}
