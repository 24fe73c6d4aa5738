import { afterEach, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

let replica: Replica;
const start = async (...conditions: string[]) => {
  replica = await startReplica({ build: '2.3000.1026515401', conditions });
  const { id } = replica.phones.create('12025550150');
  return { phone: id, page: new FakePage(replica) };
};
afterEach(() => replica.close());

describe('conditions of the server', () => {
  test('early-sync: a restored device is synced at once, a new one as ever', async () => {
    const { phone, page } = await start('early-sync');
    const linking = performance.now();
    const { wid, deviceId } = await page.link(phone);
    expect(performance.now() - linking).toBeGreaterThan(400);
    page.close();
    await page.closed();
    await page.login(wid, deviceId);
    const restored = performance.now();
    await page.next('critical-sync-done');
    expect(performance.now() - restored).toBeLessThan(300);
  });

  test('companion-refresh: the secret of the first QR is stale when it is scanned', async () => {
    const { phone, page } = await start('companion-refresh');
    const { refs } = await page.register();
    const refused = expect(replica.phones.scan(phone, page.qr(refs[0] as string))).rejects.toMatchObject({
      code: 'qr-secret-stale',
    });
    await page.next('companion-reg-refresh');
    page.advSecret = crypto.getRandomValues(new Uint8Array(32));
    await page.answerPairing();
    await refused;
  });

  test('companion-refresh: a page that goes before it was refreshed is expired, not waited for', async () => {
    const { phone, page } = await start('companion-refresh');
    const { refs } = await page.register();
    const refused = expect(replica.phones.scan(phone, page.qr(refs[0] as string))).rejects.toMatchObject({
      code: 'qr-expired',
    });
    page.close();
    await refused;
  });

  test('socket-drop: the connection ends, none is taken for a while, then it is as before', async () => {
    const { phone, page } = await start();
    const { wid, deviceId } = await page.link(phone);
    replica.setCondition('socket-drop', true, { afterSeconds: 0, seconds: 0.3 });
    await page.closed();
    await expect(page.open()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.login(wid, deviceId);
    await page.next('critical-sync-done');
    expect(replica.phones.get(phone).devices[0]?.connected).toBe(true);
  });

  test('conflict: the device is replaced once and may come back', async () => {
    const { phone, page } = await start();
    const { wid, deviceId } = await page.link(phone);
    replica.setCondition('conflict', true, { afterSeconds: 0 });
    expect(await page.next('stream-error')).toMatchObject({ code: 409 });
    await page.closed();
    await page.login(wid, deviceId);
    await page.next('critical-sync-done');
  });

  test('slow-link: every frame of the server comes later, in sequence', async () => {
    const { page } = await start('slow-link');
    const began = performance.now();
    await page.register();
    expect(performance.now() - began).toBeGreaterThan(380);
  });

  test('a condition can be turned on and off while a page is open', async () => {
    const { page } = await start();
    await page.register();
    replica.setCondition('throwing-require', true);
    expect((await page.next('circumstances')).circumstances).toEqual({ unknownModuleThrows: true });
    replica.setCondition('throwing-require', false);
    expect((await page.next('circumstances')).circumstances).toEqual({});
  });

  test('an unknown condition and an unknown option are refused', async () => {
    await start();
    expect(() => replica.setCondition('no-such', true)).toThrow(
      'There is no condition "no-such"; there are companion-refresh',
    );
    expect(() => replica.setCondition('slow-link', true, { minutes: 1 })).toThrow('has no option "minutes"');
  });
});
