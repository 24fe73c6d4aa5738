import { flow, linkByQr } from '../src/runner/flow.ts';

export default flow('message-round-trip', async (context) => {
  const { client, phone } = context;
  await linkByQr(context);
  const id = await client.send(phone.contact, 'ping');
  await phone.received('ping');
  await phone.send('pong', phone.contact);
  await client.message('pong');
  await client.ack(id, 'read');
});
