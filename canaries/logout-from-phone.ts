import { flow, linkByQr } from '../src/runner/flow.ts';

/** The phone unlinks the device; then the same process links it again. */
export default flow('logout-from-phone', async (context) => {
  const { client, phone, probe } = context;
  await linkByQr(context);
  await phone.unlink();
  const { ended } = await client.disconnected();
  if (ended) await client.start();
  await phone.scan(await client.qr());
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});
