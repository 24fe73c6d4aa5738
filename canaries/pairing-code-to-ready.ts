import { flow } from '../src/runner/flow.ts';

export default flow('pairing-code-to-ready', async ({ client, phone, probe }) => {
  await client.start({ pairWithPhoneNumber: phone.number });
  await phone.pair(await client.code(phone.number));
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});
