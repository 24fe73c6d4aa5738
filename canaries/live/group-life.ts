import type { Json } from '../../src/contracts/host.ts';
import { groupName } from '../../src/live/allowed-methods.ts';
import { Finding } from '../../src/runner/finding.ts';
import { flow, restoredPair } from '../../src/runner/flow.ts';
import { at, first } from '../methods/recipe.ts';

/** Texts both ways in a group that a person has made: no attempt on the live site makes, joins or leaves one. */
export default flow(
  'group-life',
  async (context) => {
    const { own, peer, unique } = await restoredPair(context);
    const id = sharedGroup((await own.client.call('getChats')).value);
    const hello = `hello, canaries ${unique()}`;
    await own.client.call('sendMessage', id, hello);
    const heard = first(await peer.client.event('message', { body: hello }));
    const answer = `hello ${unique()}`;
    await peer.client.callOn(heard, 'reply', answer);
    await own.client.event('message', { body: answer, hasQuotedMsg: true });
  },
  { deadlineSeconds: 300, liveAccounts: 2 },
);

/** A group named after the project: its members were chosen by hand for this. @throws Finding where there is none. */
function sharedGroup(chats: Json): string {
  const all = Array.isArray(chats) ? chats : [];
  const group = all.find((chat) => at(chat, 'isGroup') === true && at(chat, 'name') === groupName);
  const id = group && at(group, 'id', '_serialized');
  if (typeof id === 'string') return id;
  throw new Finding(
    'limit-reached',
    `no group "${groupName}" is there: make one on a phone, with accounts of the pool as its only members`,
  );
}
