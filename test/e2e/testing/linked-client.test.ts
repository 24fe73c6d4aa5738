import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import {
  type LinkableClient,
  type ReplicaClientOptions,
  withLinkedClient,
} from '../../../src/testing/linked-client.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const build = '2.3000.1032534684';

let Client: new (options: object) => LinkableClient;
beforeAll(async () => {
  const { packageDir } = await ensureLibrary('1.34.7', () => {});
  ({ Client } = createRequire(import.meta.url)(packageDir));
});

test('the call that sent a text returns before the client is closed, although the phone has the text earlier', async () => {
  let returned = 0;
  const createBot = (options: ReplicaClientOptions) => {
    const client = new Client(options);
    client.on('message', async (message: { reply(text: string): Promise<unknown> }) => {
      await message.reply('pong');
      returned += 1;
    });
    return client;
  };
  for (const links of [1, 2, 3, 4, 5]) {
    await withLinkedClient(createBot, { build }, async ({ phone }) => {
      phone.send('ping');
      await phone.received('pong');
    });
    expect(returned).toBe(links);
  }
});

test('a client that does not become ready is named with the events that came, and nothing stays open', async () => {
  const deaf = (options: ReplicaClientOptions) => {
    const client = new Client(options);
    // The phone never gets the code.
    const { on } = client;
    client.on = (event, listener) => (event === 'qr' ? client : on.call(client, event, listener));
    return client;
  };
  await expect(withLinkedClient(deaf, { build, linkMs: 3_000 }, () => {})).rejects.toThrow(
    'the client was not ready within 3000 ms: no event',
  );
});

test('a program that cannot start fails with its own reason', async () => {
  // Of a browser that does not start, puppeteer leaves the profile.
  const own = { executablePath: '/no/such/chrome', userDataDir: temporaryFolder() };
  const createBot = (options: ReplicaClientOptions) =>
    new Client({ ...options, puppeteer: { ...options.puppeteer, ...own } });
  await expect(withLinkedClient(createBot, { build }, () => {})).rejects.toThrow(
    /^initialize\(\) failed: .*no\/such\/chrome/s,
  );
});
