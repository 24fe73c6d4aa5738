import { Finding } from '../src/runner/finding.ts';
import { type FlowContext, flow, linkByQr } from '../src/runner/flow.ts';

const texts = 10;

/**
 * What users need, in one attempt: link, ten texts each way, restart and restore. The gate judges each stage as the flow that does it
 * alone (`src/contracts/stages.ts`), so a text that fails does not end the attempt before the restore.
 */
export default flow('linked-device', async (context) => {
  await linkByQr(context);
  const failure = await talk(context).then(
    () => null,
    (error: unknown) => error,
  );
  await restore(context);
  // The restore went on after it, so the phase under way is another one.
  if (failure instanceof Finding) throw new Finding(failure.code, failure.message, failure.phase ?? 'message');
  if (failure !== null) throw failure;
});

async function talk({ client, phone }: FlowContext): Promise<void> {
  for (let n = 1; n <= texts; n++) {
    await client.send(phone.contact, `ping ${n}`);
    await phone.received(`ping ${n}`);
    await phone.send(`pong ${n}`, phone.contact);
    await client.message(`pong ${n}`);
  }
}

async function restore({ client, phone, probe }: FlowContext): Promise<void> {
  await client.restart();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}
