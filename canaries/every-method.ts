import { trialFlow } from '../src/runner/flow.ts';
import { account, endings } from './methods/account.ts';
import { channels, statuses } from './methods/channels.ts';
import { chats } from './methods/chats.ts';
import { contacts } from './methods/contacts.ts';
import { groups } from './methods/groups.ts';
import { media } from './methods/media.ts';
import { messages } from './methods/messages.ts';
import { linkedWorld, type Recipes } from './methods/recipe.ts';

/** In the sequence in which each can work: what takes something away comes last. */
export const recipes: Recipes = {
  ...account,
  ...contacts,
  ...messages,
  ...media,
  ...groups,
  ...channels,
  ...statuses,
  ...chats,
  ...endings,
};

/** Calls every public method of the version, one by one. What came of each is in the record; the attempt passes when each that was tried works. */
export default trialFlow(
  'every-method',
  async (context) => {
    const world = await linkedWorld(context);
    const { client } = world;
    const { methods } = context;
    const listed = new Set(await methods.listed());
    methods.leaveOut([...listed].filter((method) => !Object.hasOwn(recipes, method)));
    for (const [method, recipe] of Object.entries(recipes)) {
      if (!listed.has(method)) continue;
      const works = await methods.run(method, () => recipe(world));
      // The next methods must not pay for this one.
      if (!works && (await client.sessionFacts()).state !== 'CONNECTED') {
        await client.restart();
        await client.ready();
      }
    }
    methods.end();
  },
  // Labels and notes are of WhatsApp Business.
  { deadlineSeconds: 300, platform: 'smba' },
);
