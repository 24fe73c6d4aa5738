import { flow } from '../src/runner/flow.ts';
import { incoming, linkedWorld, outgoing } from './methods/recipe.ts';

/**
 * A linked client that is left alone for longer than WhatsApp waits with what it does to new links: seen is a logout after five minutes
 * (wwebjs-canary's facts of the "What's new" dialog). Texts pass before and after.
 */
export default flow(
  'long-uptime',
  async (context) => {
    const world = await linkedWorld(context);
    await outgoing(world);
    await world.wait(6 * 60 + 10);
    await incoming(world);
    await outgoing(world);
  },
  { deadlineSeconds: 500 },
);
