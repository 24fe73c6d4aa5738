import { expect, onTestFinished, test } from 'vitest';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';

test('a phone that scans by itself links each page that shows a QR code', async () => {
  const replica = await startReplica({ build, autoScan: '13125550101' });
  onTestFinished(() => replica.close());
  for (const linked of [1, 2]) {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    page.send({ type: 'report', event: 'qr-shown', detail: { qr: page.qr(refs[0] as string) } });
    await page.answerPairing();
    await expect.poll(() => replica.phones.devices()).toHaveLength(linked);
    page.close();
  }
});

test.each([
  ['15550100123', true],
  [undefined, undefined],
])('a page reports its codes only to a phone that scans by itself: %s', async (autoScan, reportsQr) => {
  const replica = await startReplica({ build, ...(autoScan && { autoScan }) });
  onTestFinished(() => replica.close());
  const page = new FakePage(replica);
  onTestFinished(() => page.close());
  await page.open();
  page.send({ type: 'register', noisePub: 'AA==', identityPub: 'AA==' });
  expect((await page.next('circumstances')).circumstances.reportsQr).toBe(reportsQr);
});
