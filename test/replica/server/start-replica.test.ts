import { request } from 'node:https';
import { expect, test } from 'vitest';
import { startReplica } from '../../../src/replica/start-replica.ts';

function get(port: number, path: string, userAgent = 'Mozilla/5.0 Chrome/101'): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, path, rejectUnauthorized: false, headers: { 'user-agent': userAgent } };
    request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

test('the html names its manifest as the build does', async () => {
  const legacy = await startReplica({ build: '2.2412.54' });
  const comet = await startReplica({ build: '2.3000.1026515401' });
  expect((await get(legacy.port, '/')).match(/manifest-([\d\\.]+)\.json/)?.[1]).toBe('2.2412.54');
  expect(await get(comet.port, '/')).toContain('href="/data/manifest.json"');
  await Promise.all([legacy.close(), comet.close()]);
});

test('a headless browser gets the page for unsupported browsers where the build refuses it', async () => {
  const agent = 'Mozilla/5.0 HeadlessChrome/153';
  for (const [build, refuses] of [
    ['2.3000.1026515401', false],
    ['2.3000.1044822804', true],
  ] as const) {
    const replica = await startReplica({ build });
    expect((await get(replica.port, '/', agent)).includes('Google Chrome 85+')).toBe(refuses);
    await replica.close();
  }
});

test('bad input is one clear message', async () => {
  await expect(startReplica({ build: '2.3000.x' })).rejects.toThrow('"2.3000.x" is not a WhatsApp Web build number');
  await expect(startReplica({ build: '2.2412.54', conditions: ['no-such'] })).rejects.toThrow('no-such');
  const first = await startReplica({ build: '2.2412.54' });
  await expect(startReplica({ build: '2.2412.54', port: first.port })).rejects.toThrow(`port ${first.port}`);
  await first.close();
});

test('a second replica starts at once', async () => {
  await (await startReplica({ build: '2.3000.1026515401' })).close();
  const began = performance.now();
  const replica = await startReplica({ build: '2.3000.1026515401' });
  const took = performance.now() - began;
  await replica.close();
  expect(took).toBeLessThan(500);
});
