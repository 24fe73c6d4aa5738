import { flow, restoredPair } from '../../src/runner/flow.ts';
import { first } from '../methods/recipe.ts';

/** What people do to messages, between two accounts of the pool. */
export default flow(
  'reply-react-edit-delete',
  async (context) => {
    const { own, peer, unique } = await restoredPair(context);
    const question = `question ${unique()}`;
    await peer.client.send(own.phone.number, question);
    const asked = first(await own.client.event('message', { body: question }));

    const body = `answer ${unique()}`;
    const answer = await own.client.callOn(asked, 'reply', body);
    await peer.client.event('message', { body, hasQuotedMsg: true });
    await own.client.callOn(asked, 'react', '👍');
    await peer.client.event('message_reaction', { reaction: '👍' });
    const better = `better answer ${unique()}`;
    await own.client.callOn(answer, 'edit', better);
    await peer.client.event('message_edit', { body: better });
    await own.client.callOn(answer, 'delete', true);
    await peer.client.event('message_revoke_everyone');
  },
  { deadlineSeconds: 300, liveAccounts: 2 },
);
