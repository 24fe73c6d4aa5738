import { flow } from '../src/runner/flow.ts';
import { jpeg } from './methods/media-files.ts';
import { at, first, linkedWorld, same, shortId } from './methods/recipe.ts';

/** Two linked accounts write to each other: a text with its acks, a reaction, an answer, an edit, a picture and a deletion. */
export default flow('two-accounts', async (context) => {
  const one = await linkedWorld(context);
  const two = await linkedWorld({ ...context, ...(await context.peer()) });
  const [toOne, toTwo] = [`${one.phone.number}@c.us`, `${two.phone.number}@c.us`];

  const text = await one.client.call('sendMessage', toTwo, 'how are yuo?');
  const id = { id: shortId(text) };
  const atTwo = first(await two.client.event('message', { body: 'how are yuo?', from: toOne }));
  await one.client.event('message_ack', { id, ack: 2 });
  await two.client.call('sendSeen', toOne);
  await one.client.event('message_ack', { id, ack: 3 });

  await two.client.callOn(atTwo, 'react', '👍');
  await one.client.event('message_reaction', { reaction: '👍', senderId: toTwo, msgId: id });
  await one.client.callOn(text, 'edit', 'how are you?');
  await two.client.event('message_edit', { id });
  await two.client.callOn(atTwo, 'reply', 'fine');
  await one.client.event('message', { body: 'fine', from: toTwo, hasQuotedMsg: true });

  const data = jpeg.toString('base64');
  await two.client.call('sendMessage', toOne, { $new: 'MessageMedia', args: ['image/jpeg', data] });
  const picture = first(await one.client.event('message', { type: 'image', from: toTwo }));
  const { value } = await one.client.callOn(picture, 'downloadMedia');
  await one.effect('the bytes of the picture are those that were sent', async () => at(value, 'data') === data);

  await one.client.callOn(text, 'delete', true);
  const [, deleted] = await two.client.event('message_revoke_everyone', { from: toOne });
  same(at(deleted?.value, 'body'), 'how are you?');
});
