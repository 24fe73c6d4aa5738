import { type Recipes, same } from './recipe.ts';

/** Methods about the client itself. */
export const account: Recipes = {
  'Client.initialize': async ({ client }) => {
    // The client is ready: it was called.
    same((await client.sessionFacts()).state, 'CONNECTED');
  },
  'Client.getState': async ({ client }) => same((await client.call('getState')).value, 'CONNECTED'),
  'Client.getWWebVersion': async ({ client }) => {
    same((await client.call('getWWebVersion')).value, (await client.pageFacts()).debugVersion);
  },
};
