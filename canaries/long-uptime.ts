import { flow } from '../src/runner/flow.ts';
import { incoming, linkedWorld, outgoing } from './methods/recipe.ts';

/**
 * A linked client that sends nothing for six minutes: users report a logout about five minutes after a new link (rmyndharis/OpenWA#982;
 * its cause is contested there). The client sends a text before, and one passes each way after.
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
