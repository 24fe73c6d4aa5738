import { flow } from '../src/runner/flow.ts';
import { at, first, linkedWorld, type MethodWorld } from './methods/recipe.ts';

export default flow('group-life', async (context) => groupLife(await linkedWorld(context)));

/** A group from its first to its last day: members, texts both ways, an admin, what it is called, and the end of it. */
export async function groupLife({ client, phone, contact, effect }: MethodWorld): Promise<void> {
  const ben = '12025550102';

  const id = at((await client.call('createGroup', 'Canaries', [contact])).value, 'gid', '_serialized') as string;
  const group = await client.call('getChatById', id);
  await client.callOn(group, 'addParticipants', [`${ben}@c.us`]);
  await effect('Ben is a member', async () =>
    (await phone.groups.get(id)).members.some(({ number }) => number === ben),
  );
  await client.callOn(group, 'promoteParticipants', [contact]);
  await effect('the contact is an admin', async () => {
    return (await phone.groups.get(id)).members.some(
      ({ number, rank }) => number === phone.contact && rank === 'admin',
    );
  });

  await client.callOn(group, 'sendMessage', 'hello, canaries');
  await phone.received('hello, canaries');
  await phone.sendContent({ content: { kind: 'text', body: 'hello, bot' }, from: ben, to: id });
  const message = first(await client.event('message', { body: 'hello, bot' }));
  await client.callOn(message, 'reply', 'hello, Ben');
  await phone.received('hello, Ben');

  await phone.groups.change(id, { what: 'subject', subject: 'Old canaries' }, { by: phone.contact });
  await client.event('group_update', { type: 'subject' });
  await client.callOn(group, 'leave');
  await effect('the client is no member', async () => !(await phone.groups.list()).some((each) => each.id === id));
}
