import { flow } from '../src/runner/flow.ts';
import { at, contactChat, incoming, linkedWorld, phoneChat, same } from './methods/recipe.ts';

/** The address book and the list of chats, changed by the client and by the phone. */
export default flow('contacts-and-chats', async (context) => {
  const world = await linkedWorld(context);
  const { client, phone, contact, effect } = world;

  await incoming(world);
  const chat = await contactChat(world);
  await client.callOn(chat, 'pin');
  await phoneChat(world, 'the chat is pinned', ({ pinned }) => pinned > 0);
  await client.callOn(chat, 'archive');
  await phoneChat(world, 'the chat is archived', ({ archived }) => archived);
  await phone.change({ action: 'archive', index: contact, value: false });
  await effect('the client has the chat in its list again', async () => {
    return at((await contactChat(world)).value, 'archived') !== true;
  });
  await client.callOn(chat, 'mute');
  await phoneChat(world, 'the chat is muted forever', ({ mutedUntil }) => mutedUntil === -1);

  same((await client.call('isRegisteredUser', contact)).value, true);
  same((await client.call('getNumberId', '12025559999')).value, null);
  await client.call('setStatus', 'In the office');
  await effect('the about is set', async () => (await phone.state()).profile.about === 'In the office');
});
