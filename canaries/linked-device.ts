import { Finding } from '../src/runner/finding.ts';
import { type FlowContext, flow, linkByQr } from '../src/runner/flow.ts';

/** A fault of `ready` shows up to two seconds after it: with this pause ten texts take as long. */
const pauseSeconds = 0.15;

/**
 * What users need, in one attempt: link, ten texts each way, restart and restore. The gate judges each stage as the flow that does it
 * alone (`src/contracts/stages.ts`), so a text that fails does not end the attempt before the restore.
 */
export default flow('linked-device', async (context) => {
  await linkByQr(context);
  const failure = await textsEachWay(context, 10, pauseSeconds).then(
    () => null,
    (error: unknown) => error,
  );
  await restore(context);
  // The restore went on after it, so the phase under way is another one.
  if (failure instanceof Finding) throw new Finding(failure.code, failure.message, failure.phase ?? 'message');
  if (failure !== null) throw failure;
});

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

async function restore({ client, phone, probe }: FlowContext): Promise<void> {
  await client.restart();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}
