import { flow, linkByQr } from '../src/runner/flow.ts';

export default flow('restore-to-ready', async (context) => {
  const { client, phone, probe } = context;
  await linkByQr(context);
  await client.restart();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});
