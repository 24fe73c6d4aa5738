'use strict';
/**
 * What a user would write to see whether a library works: no harness, the same library, browser, page and probe.
 * Gets one JSON argument: { packageDir, browser: { executablePath, args }, dataPath, phoneUrl, number, contact, build }.
 */
const { packageDir, browser, dataPath, phoneUrl, number, contact, build } = JSON.parse(process.argv[2]);
const { Client, LocalAuth } = require(packageDir);

async function phone(path, body) {
  const response = await fetch(`${phoneUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function once(client, event, matches = () => true) {
  return new Promise((resolve) => {
    client.on(event, (value) => {
      if (matches(value)) resolve(value);
    });
  });
}

async function probe(client, id) {
  const [state, ...messages] = await Promise.all([
    client.getState(),
    ...['probe 1', 'probe 2'].map(async (body) => {
      const message = once(client, 'message', (candidate) => candidate.body === body);
      await phone(`/phones/${id}/send`, { body, from: contact });
      return message;
    }),
  ]);
  if (state !== 'CONNECTED') throw new Error(`state ${state}`);
  if (client.info.wid._serialized !== `${number}@c.us`) throw new Error(`wid ${client.info.wid._serialized}`);
  if (!messages[0].id._serialized || messages[0].id._serialized === messages[1].id._serialized) throw new Error('ids');
  const version = await client.pupPage.evaluate('window.Debug.VERSION');
  if (version !== build) throw new Error(`build ${version}`);
}

async function main() {
  const client = new Client({
    authStrategy: new LocalAuth({ dataPath }),
    puppeteer: browser,
    webVersionCache: { type: 'none' },
  });
  const qr = once(client, 'qr');
  const authenticated = once(client, 'authenticated');
  const ready = once(client, 'ready');
  client.initialize();
  const { id } = await phone('/phones', { number });
  await phone(`/phones/${id}/scan`, { qr: await qr });
  await authenticated;
  await ready;
  await probe(client, id);
  await client.destroy();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
