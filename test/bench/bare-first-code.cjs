'use strict';
/**
 * A process that has the library loaded, as a program has that runs its sessions itself: for each message it starts a client and answers with
 * the milliseconds until the first QR code, then closes it.
 * Gets one JSON argument: { packageDir, browser: { executablePath, args, pipe, dumpio } }.
 */
const { packageDir, browser } = JSON.parse(process.argv[2]);
const { Client, LocalAuth } = require(packageDir);

process.on('message', async ({ dataPath }) => {
  const begun = performance.now();
  const client = new Client({
    authStrategy: new LocalAuth({ dataPath }),
    puppeteer: browser,
    webVersionCache: { type: 'none' },
  });
  client.once('qr', async () => {
    const ms = performance.now() - begun;
    await client.destroy();
    process.send({ ms });
  });
  await client.initialize().catch(() => {});
});
process.send({ isLoaded: true });
