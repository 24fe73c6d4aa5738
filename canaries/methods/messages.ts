import type { Json } from '../../src/contracts/host.ts';
import { type Recipes, same } from './recipe.ts';

/** Methods that send, change and find messages. */
export const messages: Recipes = {
  'Client.sendMessage': async ({ client, phone, contact, unique }) => {
    const text = `sent ${unique()}`;
    await client.call('sendMessage', contact, text);
    await phone.received(text);
  },
  'Message.reply': async ({ client, phone, effect, unique }) => {
    const question = `question ${unique()}`;
    const answer = `answer ${unique()}`;
    await phone.send(question, phone.contact);
    const [message] = await client.event('message', { body: question });
    if (!message) throw new Error('the event has no message');
    await client.callOn(message, 'reply', answer);
    await phone.received(answer);
    await effect('the answer quotes the question', async () => {
      const { received, sent } = await phone.state();
      const quoted = received.find(({ body }) => body === answer)?.quoted;
      return quoted !== undefined && quoted === sent.find(({ body }) => body === question)?.id;
    });
  },
  'Client.getMessageById': async ({ client, contact, unique }) => {
    const text = `kept ${unique()}`;
    const { value } = await client.call('sendMessage', contact, text);
    const id = ((value as { id?: { _serialized?: Json } } | null)?.id?._serialized ?? null) as Json;
    const found = await client.call('getMessageById', String(id));
    same((found.value as { body?: Json } | null)?.body, text);
  },
};
