import { type FlowContext, flow, linkByQr } from '../src/runner/flow.ts';

export default flow('restore-to-ready', async (context) => {
  await linkByQr(context);
  await restore(context);
});

/** Closes the client and starts it again: ready without another QR code. */
export async function restore({ client, phone, probe }: FlowContext): Promise<void> {
  await client.restart();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}
