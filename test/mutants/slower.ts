import { flow } from '../../src/runner/flow.ts';

/** From the loaded page to `ready`, as measured. */
const restSeconds = 0.9;
/** So many answers are waited for on that way, one after the other: for the QR code, for the scan, and three for the link. */
const answers = 5;

/**
 * As `qr-to-ready`, on a replica that answers later from the loaded page on: so much later that the whole way takes half as long
 * again. The delay grows with what browser and page took, so that it does on a quiet machine and on a busy one.
 */
export default flow('qr-to-ready', async ({ client, phone, network, probe }) => {
  const started = performance.now();
  await client.start();
  const seconds = (performance.now() - started) / 1000;
  await network.slow((0.5 * (seconds + restSeconds)) / answers);
  await phone.scan(await client.qr());
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});
