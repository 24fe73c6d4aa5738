import { flow } from '../src/runner/flow.ts';

export default flow('qr-to-ready', async ({ client, phone, probe }) => {
  await client.start();
  await phone.scan(await client.qr());
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});
