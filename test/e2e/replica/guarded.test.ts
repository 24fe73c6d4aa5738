import { expect, onTestFinished, test } from 'vitest';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { openInBrowser } from './page-in-browser.ts';

const build = '2.3000.1032534684';
const token = 'abcdef-0123456789';

test('a browser with the flags of a replica with a token links and reaches no other host; one with another token gets no page', async () => {
  const replica = await startReplica({ build, token, host: '0.0.0.0', publicHost: 'localhost' });
  onTestFinished(() => replica.close());
  const { chromium, page } = await openInBrowser(replica);
  onTestFinished(() => chromium.close());
  const code = await page.waitForSelector('div[data-ref] canvas');
  expect(code).not.toBeNull();
  const qr = await page.evaluate(`document.querySelector('div[data-ref]').dataset.ref`);
  const { id } = replica.phones.create('12025550163');
  await replica.phones.scan(id, String(qr));
  await expect.poll(() => replica.phones.devices()).toMatchObject([{ connected: true }]);
  const fetched = `fetch('https://example.com/', { mode: 'no-cors' }).then(() => 'reached', () => 'refused')`;
  expect(await page.evaluate(fetched)).toBe('refused');

  const chromiumArgs = replica.chromiumArgs.map((argument) => argument.replaceAll(token, 'another-token-01234'));
  await expect(openInBrowser({ ...replica, chromiumArgs })).rejects.toThrow('ERR_TUNNEL_CONNECTION_FAILED');
});
