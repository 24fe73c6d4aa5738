import { flow, linkByQr } from '../src/runner/flow.ts';

/** The profile of a linked number is lost. In a new profile the first QR codes expire unscanned; the same phone scans a later one. */
export default flow(
  'relink-same-number',
  async (context) => {
    const { client, phone, probe } = context;
    await linkByQr(context);
    await client.restart({ profile: 'new' });
    const first = await client.qr();
    const second = await client.qr(first);
    await phone.scan(await client.qr(second));
    await client.authenticated();
    await client.ready();
    await probe(client, phone);
  },
  { timeScale: 0.02 },
);
