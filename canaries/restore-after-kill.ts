import { flow, linkByQr } from '../src/runner/flow.ts';

/** Chromium is ended with SIGKILL while it is connected, and started again with the profile as it was left. */
export default flow('restore-after-kill', async (context) => {
  const { client, phone, probe, wait } = context;
  await linkByQr(context);
  // Chromium writes localStorage to disk a few seconds late; what is younger is lost with the process.
  await wait(secondsUntilWritten);
  await client.kill();
  await client.start();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
});

const secondsUntilWritten = 6;
