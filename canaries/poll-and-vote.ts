import { flow } from '../src/runner/flow.ts';
import { incomingOf, linkedWorld, phoneMessage, shortId } from './methods/recipe.ts';

/** A poll each way, each with a vote of the other side. */
export default flow('poll-and-vote', async (context) => {
  const world = await linkedWorld(context);
  const { client, phone, contact } = world;

  const own = await client.call('sendMessage', contact, { $new: 'Poll', args: ['Which?', ['this', 'that']] });
  await phoneMessage(world, own, 'the poll is', ({ content }) => content.kind === 'poll');
  const target = { id: shortId(own), from: `${phone.number}@c.us` };
  await phone.sendContent({ content: { kind: 'vote', target, at: Date.now(), options: ['that'] } });
  await client.event('vote_update', { voter: contact });

  const poll = { kind: 'poll', name: 'And now?', options: ['here', 'there'], isMultiple: false } as const;
  const theirs = await incomingOf(world, { ...poll, options: [...poll.options] });
  await client.callOn(theirs, 'vote', ['there']);
  await phoneMessage(world, theirs, 'the vote is', ({ votes }) => votes?.[0]?.options[0] === 'there');
});
