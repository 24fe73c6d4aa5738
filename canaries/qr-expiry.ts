import { flow } from '../src/runner/flow.ts';

/** One connection brings six QR codes; then the page idles until the library asks for more. */
const codesOfOneConnection = 6;

/**
 * Without a scan the codes follow each other, also after the page went idle. Scanning the last one links. In a second profile,
 * where no code is scanned, `qrMaxRetries` ends the client.
 */
export default flow(
  'qr-expiry',
  async ({ client, phone, probe }) => {
    await client.start();
    let qr = await client.qr();
    for (let shown = 1; shown <= codesOfOneConnection; shown++) qr = await client.qr(qr);
    await phone.scan(qr);
    await client.authenticated();
    await client.ready();
    await probe(client, phone);

    await client.restart({ profile: 'new', qrMaxRetries: 2 });
    await client.qr();
    await client.disconnected();
  },
  { timeScale: 0.02 },
);
