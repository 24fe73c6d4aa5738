import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { notifyBuilds } from '../../../src/watch/builds/notify-builds.ts';
import { exampleFinding } from '../../fixtures/example-finding.ts';
import { startWebhook } from '../../support/webhook.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('a build is sent once, also by two processes at the same time, and again where the webhook did not accept it', async () => {
  const [notified, address, close] = await startWebhook();
  const finding = exampleFinding();
  const file = join(temporaryFolder(), 'store.sqlite');
  const stores = [await openStore(file), await openStore(file)];
  const send = (url: string) => Promise.all(stores.map(({ liveBuilds }) => notifyBuilds(url, liveBuilds, 1)));
  try {
    await stores[0]?.liveBuilds.keep({ build: finding.build, seenAt: 1, step: 'found', finding });
    expect(
      await notifyBuilds('http://127.0.0.1:9', (stores[0] as (typeof stores)[number]).liveBuilds, 1),
    ).not.toBeNull();
    expect(await send(address)).toEqual([null, null]);
    expect(notified).toEqual(['build']);
  } finally {
    for (const store of stores) await store.close();
    await close();
  }
});
