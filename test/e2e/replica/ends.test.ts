import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type SharedClient, sharedClient } from './linked-client.ts';

const linked = sharedClient('1.34.7', '2.3000.1032534684');

/** States that the library reports, and the reasons for a disconnection. */
function listen({ client }: SharedClient) {
  const said: string[] = [];
  for (const event of ['change_state', 'disconnected']) client.on(event, (what: never) => void said.push(what));
  return said;
}

test('a client that takes the connection back from another tab hears messages again', async () => {
  const { client, phone, replica } = linked;
  client.options.takeoverOnConflict = true;
  client.options.takeoverTimeoutMs = 50;
  const said = listen(linked);
  replica.setCondition('conflict', true, { afterSeconds: 0 });
  await expect.poll(() => said).toEqual(['CONFLICT', 'OPENING', 'PAIRING', 'CONNECTED']);
  const received = linked.event('message');
  phone.send('are you there?');
  expect((await received)[0]).toMatchObject({ body: 'are you there?' });
});

test('any other client is disconnected by it, and its browser is closed', async () => {
  const { client, replica } = linked;
  client.options.takeoverOnConflict = false;
  const said = listen(linked);
  replica.setCondition('conflict', true, { afterSeconds: 0 });
  const argument = client.pupBrowser.process().spawnargs.find((one: string) => one.startsWith('--user-data-dir='));
  await expect.poll(() => existsSync(argument.slice(argument.indexOf('=') + 1)), { timeout: 20_000 }).toBe(false);
  expect(said).toEqual(['CONFLICT', 'CONFLICT']);
});
