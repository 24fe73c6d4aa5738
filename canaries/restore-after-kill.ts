import { flow, linkByQr } from '../src/runner/flow.ts';

/** Kills a connected Chromium with SIGKILL and starts it again on the profile that it left. */
export default flow('restore-after-kill', async (context) => {
  const { client, phone, probe, wait } = context;
  await linkByQr(context);
  // Chromium writes localStorage to disk with a delay of a few seconds; a kill before that loses it.
  await wait(secondsUntilWritten);
  await client.kill();
  await client.start();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});

const secondsUntilWritten = 6;
