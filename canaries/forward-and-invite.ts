import { flow } from '../src/runner/flow.ts';
import { at, incoming, linkedWorld } from './methods/recipe.ts';

/** What broke for many in autumn 2026: a forwarded text, the invite code of an own group, and a group joined by a code. */
export default flow('forward-and-invite', async (context) => {
  const world = await linkedWorld(context);
  const { client, phone, contact, effect } = world;

  const message = await incoming(world);
  await client.callOn(message, 'forward', contact);
  await phone.received(at(message.value, 'body') as string);

  const { value } = await client.call('createGroup', 'Invited', [contact]);
  const id = at(value, 'gid', '_serialized') as string;
  const code = (await client.callOn(await client.call('getChatById', id), 'getInviteCode')).value;
  await phone.groups.join(String(code), { by: '12025550102' });

  const foreign = await phone.groups.create({ by: '12025550102', subject: 'Foreign', participants: ['12025550103'] });
  await client.call('acceptInvite', foreign.inviteCode);
  await effect('the client is a member', async () => {
    return (await phone.groups.list()).some((each) => each.id === foreign.id);
  });
});
