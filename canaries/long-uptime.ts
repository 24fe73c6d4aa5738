import { type Flow, type FlowOptions, flow } from '../src/runner/flow.ts';
import { incoming, linkedWorld, outgoing } from './methods/recipe.ts';

export default longUptime('long-uptime', {});

/**
 * A linked client that sends nothing for six minutes, times the time scale: users report a logout about five minutes after a new link
 * (rmyndharis/OpenWA#982; its cause is contested there). The client sends a text before, and one passes each way after.
 */
export function longUptime(name: string, options: FlowOptions): Flow {
  return flow(
    name,
    async (context) => {
      const world = await linkedWorld(context);
      await outgoing(world);
      await world.wait(6 * 60 + 10);
      await incoming(world);
      await outgoing(world);
    },
    { deadlineSeconds: 500, ...options },
  );
}
