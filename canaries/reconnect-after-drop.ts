import { flow, linkByQr } from '../src/runner/flow.ts';

/** The connection drops for a second. The message sent during the drop arrives, and the client works as before. */
export default flow('reconnect-after-drop', async (context) => {
  const { client, phone, network, probe } = context;
  await linkByQr(context);
  await network.drop(1);
  await phone.send('while you were away', phone.contact);
  await client.message('while you were away');
  await probe(client, phone);
});
