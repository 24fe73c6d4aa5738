import { type FlowContext, flow, linkByQr } from '../src/runner/flow.ts';

/** Ten texts each way, a fifth of a second apart: it listens for at least two seconds after `ready`. */
export default flow('texts-each-way', async (context) => {
  await linkByQr(context);
  await textsEachWay(context, 10, 0.2);
});

/** So many texts to the phone and from it, one after the other. @param pauseSeconds between two rounds; times the time scale. */
export async function textsEachWay(
  { client, phone, wait }: FlowContext,
  rounds: number,
  pauseSeconds: number,
  afterRound: () => Promise<void> = async () => {},
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    await client.send(phone.contact, `ping ${round}`);
    await phone.received(`ping ${round}`);
    await phone.send(`pong ${round}`, phone.contact);
    await client.message(`pong ${round}`);
    await wait(pauseSeconds);
    await afterRound();
  }
}
