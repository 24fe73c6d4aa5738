'use strict';
/**
 * What a user would write to link a client and start it again: no harness, the same library, browser and page. Prints the
 * milliseconds from the second start to its `ready`. Gets one JSON argument: { packageDir, browser, dataPath, phoneUrl, number }.
 */
const { packageDir, browser, dataPath, phoneUrl, number } = JSON.parse(process.argv[2]);
const { Client, LocalAuth } = require(packageDir);

async function phone(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${phoneUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function start(onQr) {
  const authStrategy = new LocalAuth({ dataPath });
  const client = new Client({ authStrategy, puppeteer: browser, webVersionCache: { type: 'none' } });
  client.on('qr', onQr);
  const ready = new Promise((resolve) => client.on('ready', resolve));
  client.initialize();
  return { client, ready };
}

async function main() {
  const { id } = await phone('/phones', { number });
  const first = start((qr) => phone(`/phones/${id}/scan`, { qr }));
  await first.ready;
  await first.client.destroy();
  const began = performance.now();
  const second = start(() => process.exit(2));
  await second.ready;
  process.stdout.write(String(performance.now() - began));
  await second.client.destroy();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
