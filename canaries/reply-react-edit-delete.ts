import { flow } from '../src/runner/flow.ts';
import { incoming, linkedWorld, outgoing, phoneMessage, shortId } from './methods/recipe.ts';

/** What people do to messages: first the client, then the contact. */
export default flow('reply-react-edit-delete', async (context) => {
  const world = await linkedWorld(context);
  const { client, phone, contact } = world;

  const question = await incoming(world);
  const answer = await client.callOn(question, 'reply', 'the answer');
  await phoneMessage(world, answer, 'the answer quotes the question', ({ quoted }) => quoted === shortId(question));
  await client.callOn(question, 'react', '👍');
  await phoneMessage(world, question, 'the reaction is', ({ reactions }) => reactions?.[0]?.text === '👍');
  await client.callOn(answer, 'edit', 'a better answer');
  await phoneMessage(world, answer, 'the answer is edited', ({ body }) => body === 'a better answer');
  await client.callOn(answer, 'delete', true);
  await phoneMessage(world, answer, 'the answer is revoked', ({ revokedBy }) => revokedBy !== undefined);

  const ofClient = { id: shortId(await outgoing(world)), from: `${phone.number}@c.us` };
  await phone.sendContent({ content: { kind: 'reaction', target: ofClient, at: Date.now(), text: '❤️' } });
  await client.event('message_reaction', { reaction: '❤️' });
  const ofContact = { id: shortId(await incoming(world)), from: contact };
  const meant = { kind: 'text', body: 'what was meant' } as const;
  await phone.sendContent({ content: { kind: 'edit', target: ofContact, at: Date.now(), content: meant } });
  await client.event('message_edit', { body: meant.body });
  await phone.sendContent({ content: { kind: 'revoke', target: ofContact, at: Date.now() } });
  await client.event('message_revoke_everyone');
});
