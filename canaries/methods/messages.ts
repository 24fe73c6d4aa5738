import type { Json, LibraryValue } from '../../src/contracts/host.ts';
import {
  at,
  both,
  idOf,
  incoming,
  incomingOf,
  type MethodWorld,
  outgoing,
  phoneMessage,
  type Recipes,
  same,
  shortId,
} from './recipe.ts';

const newPoll = { $new: 'Poll', args: ['Which?', ['this', 'that'], { allowMultipleAnswers: false }] };
const scheduled = (name: string) => ({
  $new: 'ScheduledEvent',
  args: [name, { $date: 1_800_000_000_000 }, { callType: 'voice' }],
});

/** Whether the contact's answer to something of the client is there, by its time. */
const byContact = (deeds: { from: string }[] | undefined, { phone }: MethodWorld) =>
  deeds?.some(({ from }) => from === phone.number) ?? false;

async function isPinned(world: MethodWorld, message: LibraryValue, wanted: boolean): Promise<void> {
  const what = `the message is ${wanted ? '' : 'not '}pinned`;
  await phoneMessage(world, message, what, ({ pin }) => (pin?.isPinned ?? false) === wanted);
}

/** A text of the client that it has pinned. */
async function pinned(world: MethodWorld): Promise<LibraryValue> {
  const message = await outgoing(world);
  await world.client.callOn(message, 'pin', 604_800);
  await isPinned(world, message, true);
  return message;
}

/** Methods that send, change and find messages. */
export const messages: Recipes = {
  'Client.sendMessage': async (world) => {
    await phoneMessage(world, await outgoing(world), 'the text is', () => true);
  },
  'Message.reply': async (world) => {
    const question = await incoming(world);
    const body = `answer ${world.unique()}`;
    const answer = await world.client.callOn(question, 'reply', body);
    await phoneMessage(world, answer, 'the answer quotes the question', ({ quoted }) => quoted === shortId(question));
  },
  'Client.getMessageById': async (world) => {
    const sent = await outgoing(world);
    const found = await world.client.call('getMessageById', idOf(sent));
    same(at(found.value, 'body'), at(sent.value, 'body'));
  },
  'Message.reload': async (world) => {
    const sent = await outgoing(world);
    same(at((await world.client.callOn(sent, 'reload')).value, 'body'), at(sent.value, 'body'));
  },
  'Message.getChat': async (world) => {
    const { value } = await world.client.callOn(await incoming(world), 'getChat');
    same(at(value, 'id', '_serialized'), world.contact);
  },
  'Message.getContact': async (world) => {
    const { value } = await world.client.callOn(await incoming(world), 'getContact');
    same(at(value, 'id', '_serialized'), world.contact);
  },
  'Message.getMentions': async (world) => {
    const { client, contact } = world;
    const message = await client.call('sendMessage', contact, `@${world.phone.contact} hello`, { mentions: [contact] });
    same(at((await client.callOn(message, 'getMentions')).value, 0, 'id', '_serialized'), contact);
    await phoneMessage(world, message, 'the mention is', ({ mentions }) => mentions?.includes(contact) ?? false);
  },
  'Message.getGroupMentions': async (world) => {
    const { client, contact } = world;
    const { value } = await client.call('createGroup', `Mentioned ${world.unique()}`, [contact]);
    const id = at(value, 'gid', '_serialized') as string;
    const mentions = { groupMentions: [{ id, subject: 'Mentioned' }] };
    const message = await client.call('sendMessage', contact, `see @${id}`, mentions);
    same(at((await client.callOn(message, 'getGroupMentions')).value, 0, 'id', '_serialized'), id);
  },
  'Message.getQuotedMessage': async (world) => {
    const question = await incoming(world);
    const answer = await world.client.callOn(question, 'reply', `answer ${world.unique()}`);
    same(at((await world.client.callOn(answer, 'getQuotedMessage')).value, 'body'), at(question.value, 'body'));
  },
  'Message.react': async (world) => {
    const message = await incoming(world);
    await world.client.callOn(message, 'react', '👍');
    await phoneMessage(
      world,
      message,
      'the reaction is',
      ({ reactions }) => reactions?.some(({ text }) => text === '👍') ?? false,
    );
  },
  'Client.sendReaction': async (world) => {
    const message = await incoming(world);
    await world.client.call('sendReaction', idOf(message), '👎');
    await phoneMessage(
      world,
      message,
      'the reaction is',
      ({ reactions }) => reactions?.some(({ text }) => text === '👎') ?? false,
    );
  },
  'Message.getReactions': async (world) => {
    const { client, effect } = world;
    const message = await incoming(world);
    await client.callOn(message, 'react', '👍');
    await effect('the reaction is listed', async () => {
      const again = await client.callOn(message, 'reload');
      return at((await client.callOn(again, 'getReactions')).value, 0, 'id') === '👍';
    });
  },
  'Message.edit': async (world) => {
    const message = await outgoing(world);
    const body = `edited ${world.unique()}`;
    await world.client.callOn(message, 'edit', body);
    await phoneMessage(
      world,
      message,
      'the text is edited',
      (each) => each.body === body && each.editedAt !== undefined,
    );
  },
  'Message.star': async (world) => {
    const message = await outgoing(world);
    await world.client.callOn(message, 'star');
    await phoneMessage(world, message, 'the message is starred', ({ isStarred }) => isStarred === true);
  },
  'Message.unstar': async (world) => {
    const message = await outgoing(world);
    await world.client.callOn(message, 'star');
    await phoneMessage(world, message, 'the message is starred', ({ isStarred }) => isStarred === true);
    await world.client.callOn(message, 'unstar');
    await phoneMessage(world, message, 'the message is not starred', ({ isStarred }) => isStarred !== true);
  },
  'Message.pin': async (world) => {
    const message = await outgoing(world);
    same((await world.client.callOn(message, 'pin', 604_800)).value, true);
    await isPinned(world, message, true);
  },
  ...both('getPinnedMessages', 'Chat.getPinnedMessages', async (world, call) => {
    await pinned(world);
    same(at((await call()).value, 0, 'fromMe'), true);
  }),
  'Message.unpin': async (world) => {
    const message = await pinned(world);
    same((await world.client.callOn(message, 'unpin')).value, true);
    await isPinned(world, message, false);
  },
  'Message.forward': async (world) => {
    const message = await incoming(world);
    const body = at(message.value, 'body') as string;
    await world.client.callOn(message, 'forward', world.contact);
    await world.effect('the text is forwarded to the contact', async () => {
      const { received, number } = await world.phone.state();
      return received.some((each) => each.from === number && each.body === body && (each.forwardingScore ?? 0) > 0);
    });
  },
  'Message.getInfo': async (world) => {
    const message = await outgoing(world);
    await phoneMessage(world, message, 'the text was read', ({ ack }) => ack >= 3);
    const { value } = await world.client.callOn(message, 'getInfo');
    same([Array.isArray(at(value, 'delivery')), Array.isArray(at(value, 'read'))], [true, true]);
  },
  'Message.delete': async (world) => {
    const message = await outgoing(world);
    await world.client.callOn(message, 'delete', true);
    await phoneMessage(world, message, 'the message is revoked', ({ revokedBy }) => revokedBy !== undefined);
  },
  'Message.vote': async (world) => {
    const message = await incomingOf(world, {
      kind: 'poll',
      name: 'Which?',
      options: ['this', 'that'],
      isMultiple: false,
    });
    await world.client.callOn(message, 'vote', ['that']);
    await phoneMessage(
      world,
      message,
      'the vote is',
      ({ votes }) => votes?.some(({ options }) => options.includes('that')) ?? false,
    );
  },
  ...pollVotes('Client.getPollVotes', ({ client }, poll) => client.call('getPollVotes', idOf(poll))),
  ...pollVotes('Message.getPollVotes', ({ client }, poll) => client.callOn(poll, 'getPollVotes')),
  'Message.editScheduledEvent': async (world) => {
    const { client, contact } = world;
    const message = await client.call('sendMessage', contact, scheduled('Meeting'));
    const name = `Meeting ${world.unique()}`;
    await client.callOn(message, 'editScheduledEvent', scheduled(name));
    await phoneMessage(
      world,
      message,
      'the event has its new name',
      ({ content }) => content.kind === 'event' && content.name === name,
    );
  },
  'Client.sendResponseToScheduledEvent': async (world) => {
    const message = await incomingOf(world, { kind: 'event', name: 'Party', start: 1_800_000_000, isCanceled: false });
    same((await world.client.call('sendResponseToScheduledEvent', 1, idOf(message))).value, true);
    await phoneMessage(world, message, 'the response is', (each) => byContact(each.responses, world));
  },
  'Message.getOrder': async (world) => {
    const order = { title: 'Order', seller: world.contact, itemCount: 1, currency: 'EUR', amount1000: 5_000 };
    const message = await incomingOf(world, { kind: 'order', orderId: '1', token: 'AQ==', ...order });
    same(at((await world.client.callOn(message, 'getOrder')).value, 'currency'), 'EUR');
  },
  'Product.getData': async (world) => {
    const { client, phone } = world;
    const [seller, price] = [`${phone.number}@c.us`, { currency: 'EUR', amount1000: 5_000 }];
    const product = { productId: '77', title: 'Seeds' };
    await incomingOf(world, { kind: 'product', ...product, owner: seller, description: 'A bag', ...price });
    const order = { title: 'Order', seller, itemCount: 1, products: [{ ...product, amount1000: 5_000, quantity: 1 }] };
    const message = await incomingOf(world, { kind: 'order', orderId: '2', token: 'AQ==', ...order, ...price });
    const answer = await client.callOn(message, 'getOrder');
    same(at((await client.callOn(answer, 'products.0.getData')).value, 'description'), 'A bag');
  },
  'Message.getPayment': async (world) => {
    const message = await incomingOf(world, {
      kind: 'payment',
      receiver: world.contact,
      currency: 'BRL',
      amount1000: 1_000,
    });
    same(at((await world.client.callOn(message, 'getPayment')).value, 'paymentCurrency'), 'BRL');
  },
};

function pollVotes(method: string, call: (world: MethodWorld, poll: LibraryValue) => Promise<LibraryValue>): Recipes {
  return {
    [method]: async (world) => {
      const { client, phone, effect, contact } = world;
      const poll = await client.call('sendMessage', contact, newPoll);
      await phoneMessage(world, poll, 'the poll is', ({ content }) => content.kind === 'poll');
      const target = { id: shortId(poll), from: `${phone.number}@c.us` };
      await phone.sendContent({ content: { kind: 'vote', target, at: Date.now(), options: ['this'] } });
      await effect('the vote is listed', async () => {
        const votes = (await call(world, poll)).value as Json[];
        return votes.some((vote) => at(vote, 'selectedOptions', 0, 'name') === 'this');
      });
    },
  };
}
