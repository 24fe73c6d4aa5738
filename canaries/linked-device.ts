import { type FlowContext, linkByQr, trialFlow } from '../src/runner/flow.ts';
import { groupLife } from './group-life.ts';
import { mediaBothWays } from './media-both-ways.ts';
import { methodWorld } from './methods/recipe.ts';
import { restore } from './restore-to-ready.ts';

/** What users need, in one attempt. The gate judges each stage as the flow that does it alone (`src/contracts/stages.ts`). */
export default trialFlow('linked-device', async (context) => {
  const world = methodWorld(context);
  if (!(await context.stage('qr-to-ready', () => linkByQr(context)))) return;
  const linked = performance.now();
  await context.stage('message-round-trip', () => textsEachWay(context, 10, 0));
  await context.stage('media-both-ways', () => mediaBothWays(world));
  await context.stage('group-life', () => groupLife(world));
  await context.wait(Math.max(0, listeningSeconds - (performance.now() - linked) / 1000));
  await context.stage('restore-to-ready', () => restore(context));
});

/** A fault of `ready`, such as one that fires again 1.5 s later, shows only while the link is up: that long at least, the stages included. */
const listeningSeconds = 1.6;

/** So many texts to the phone and from it, one after the other. @param pause seconds between two rounds, times the time scale. */
export async function textsEachWay(
  { client, phone, wait }: FlowContext,
  rounds: number,
  pause: number,
  afterRound: () => Promise<void> = async () => {},
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    await client.send(phone.contact, `ping ${round}`);
    await phone.received(`ping ${round}`);
    await phone.send(`pong ${round}`, phone.contact);
    await client.message(`pong ${round}`);
    await wait(pause);
    await afterRound();
  }
}
