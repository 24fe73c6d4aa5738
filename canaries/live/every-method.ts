import { restoredPair, trialFlow } from '../../src/runner/flow.ts';
import { at, first, same } from '../methods/recipe.ts';

type Pair = Awaited<ReturnType<typeof restoredPair>>;

/** The methods that may be tried on the live site, between two accounts of the pool: nothing that blocks, joins, makes or changes anything else. */
const recipes: Readonly<Record<string, (pair: Pair) => Promise<void>>> = {
  'Client.getState': async ({ own }) => same((await own.client.call('getState')).value, 'CONNECTED'),
  'Client.getWWebVersion': async ({ own }) => {
    same(typeof (await own.client.call('getWWebVersion')).value, 'string');
  },
  'Client.getNumberId': async ({ own, peer }) => {
    same(at((await own.client.call('getNumberId', peer.phone.number)).value, 'user'), peer.phone.number);
  },
  'Client.isRegisteredUser': async ({ own, peerId }) => {
    same((await own.client.call('isRegisteredUser', peerId)).value, true);
  },
  'Client.getContactById': async ({ own, peerId }) => {
    same(at((await own.client.call('getContactById', peerId)).value, 'id', '_serialized'), peerId);
  },
  'Client.sendMessage': async ({ own, peer, peerId, unique }) => {
    const body = `text ${unique()}`;
    await own.client.call('sendMessage', peerId, body);
    await peer.client.message(body);
  },
  'Client.getChatById': async ({ own, peerId }) => {
    same(at((await own.client.call('getChatById', peerId)).value, 'isGroup'), false);
  },
  'Client.getChats': async ({ own }) => {
    same(Array.isArray((await own.client.call('getChats')).value), true);
  },
  'Message.reply': async ({ own, peer, unique }) => {
    const [question, answer] = [`question ${unique()}`, `answer ${unique()}`];
    await peer.client.send(own.phone.number, question);
    const asked = first(await own.client.event('message', { body: question }));
    await own.client.callOn(asked, 'reply', answer);
    await peer.client.event('message', { body: answer, hasQuotedMsg: true });
  },
};

export default trialFlow(
  'every-method',
  async (context) => {
    const pair = await restoredPair(context);
    const { methods } = context;
    const listed = new Set(await methods.listed());
    methods.leaveOut([...listed].filter((method) => !Object.hasOwn(recipes, method)));
    for (const [method, recipe] of Object.entries(recipes)) {
      if (listed.has(method)) await methods.run(method, () => recipe(pair));
    }
    methods.end();
  },
  { deadlineSeconds: 300, liveAccounts: 2 },
);
