import { flow } from '../src/runner/flow.ts';
import { at, linkedWorld } from './methods/recipe.ts';

/** A channel of the client with a post, a channel of a contact that it follows, and the status of a contact. */
export default flow('channel-and-status', async (context) => {
  const { client, phone, contact, effect } = await linkedWorld(context);

  const made = await client.call('createChannel', 'Weather', { description: 'Every morning' });
  const own = await client.call('getChatById', at(made.value, 'nid', '_serialized') as string);
  await client.callOn(own, 'sendMessage', 'Rain at noon');
  await phone.received('Rain at noon');

  const { id } = await phone.channels.create({ by: phone.contact, name: 'Sports' });
  await client.call('searchChannels', { searchText: 'Sports' });
  await client.call('subscribeToChannel', id);
  await effect('the client has subscribed', async () => {
    return (await phone.channels.get(id)).subscribers.includes(phone.number);
  });
  await phone.channels.post(id, { kind: 'text', body: 'We won' }, { by: phone.contact });
  await client.event('message', { body: 'We won', from: id });

  await phone.sendContent({
    content: { kind: 'text', body: 'On holiday' },
    from: phone.contact,
    to: 'status@broadcast',
  });
  await effect('the client sees the status', async () => {
    const { value } = await client.call('getBroadcasts');
    return (value as never[]).some((each) => at(each, 'id', '_serialized') === contact);
  });
});
