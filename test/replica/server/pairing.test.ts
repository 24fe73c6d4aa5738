import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../../src/replica/server/wire-keys.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';
let replica: Replica;
let nextNumber = 12_025_550_110;
const newPhone = () => replica.phones.create(String(nextNumber++)).id;
const events: { type: string; detail: unknown }[] = [];

beforeAll(async () => {
  replica = await startReplica({ build });
  replica.onEvent((event) => events.push(event));
});
afterAll(() => replica.close());

describe('pairing', () => {
  test('a page gets six refs, the first of which lives three times as long as each other', async () => {
    const page = new FakePage(replica);
    const { refs, firstMs, nextMs } = await page.register();
    expect(new Set(refs).size).toBe(6);
    expect([firstMs, nextMs]).toEqual([60_000, 20_000]);
    page.close();
  });

  test('a scan links the device, ends the stream, and the login is followed by the sync', async () => {
    const phone = newPhone();
    const page = new FakePage(replica);
    const success = await page.link(phone);
    expect(replica.phones.get(phone).devices).toMatchObject([{ id: success.deviceId, sync: 'done', connected: true }]);
    page.close();
  });

  test('nothing reaches the page before the phone has accepted the code', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const code = page.qr(refs[0] as string).replace(/,1$/, ',undefined');
    await expect(replica.phones.scan(newPhone(), code)).rejects.toMatchObject({ code: 'qr-malformed' });
    const scanned = replica.phones.scan(newPhone(), page.qr(refs[0] as string));
    expect((await page.answerPairing()).type).toBe('pair-success');
    await scanned;
  });

  test('a ref that no server issued is foreign', async () => {
    const page = new FakePage(replica);
    await page.register();
    await expect(replica.phones.scan(newPhone(), page.qr('2@abc'))).rejects.toMatchObject({ code: 'qr-foreign' });
    page.close();
  });

  test('a ref is used once', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const qr = page.qr(refs[0] as string);
    const scanned = replica.phones.scan(newPhone(), qr);
    await page.answerPairing();
    await scanned;
    await expect(replica.phones.scan(newPhone(), qr)).rejects.toMatchObject({ code: 'qr-used' });
    await expect(replica.phones.scan(newPhone(), page.qr(refs[1] as string))).rejects.toMatchObject({
      code: 'qr-expired',
    });
  });

  test('a ref dies with its time', async () => {
    const quick = await startReplica({ build, timeScale: 0.002 });
    const { id } = quick.phones.create('12025550100');
    const page = new FakePage(quick);
    const { refs, firstMs } = await page.register();
    expect(firstMs).toBe(120);
    await new Promise((resolve) => setTimeout(resolve, 140));
    await expect(quick.phones.scan(id, page.qr(refs[0] as string))).rejects.toMatchObject({ code: 'qr-expired' });
    await quick.close();
  });

  test('a ref dies with its page', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    page.close();
    await page.closed();
    const scan = () => replica.phones.scan(newPhone(), page.qr(refs[5] as string)).catch((error) => error.code);
    await expect.poll(scan).toBe('qr-expired');
  });

  test('a secret that the page has replaced is refused by the page, and the ref can be scanned again', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const phone = newPhone();
    const stale = page.qr(refs[0] as string);
    page.advSecret = crypto.getRandomValues(new Uint8Array(32));
    const refused = expect(replica.phones.scan(phone, stale)).rejects.toMatchObject({ code: 'qr-secret-stale' });
    await page.answerPairing();
    await refused;
    expect(replica.phones.get(phone).devices).toEqual([]);
    const scanned = replica.phones.scan(phone, page.qr(refs[0] as string));
    await page.answerPairing();
    await scanned;
  });

  test('keys that are not those of the page are refused', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const fields = page.qr(refs[0] as string).split(',');
    fields[1] = Buffer.from(newKeyPair().publicKey).toString('base64');
    await expect(replica.phones.scan(newPhone(), fields.join())).rejects.toMatchObject({ code: 'qr-key-mismatch' });
    page.close();
  });

  test('a page that goes away in the middle is a refusal, not a wait', async () => {
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const refused = expect(replica.phones.scan(newPhone(), page.qr(refs[0] as string))).rejects.toMatchObject({
      code: 'page-gone',
    });
    await page.next('pair-success');
    page.close();
    await refused;
  });

  test('a removed device finds out at its next login', async () => {
    const phone = newPhone();
    const page = new FakePage(replica);
    const { wid, deviceId } = await page.link(phone);
    page.close();
    await page.closed();
    expect(replica.phones.unlink(phone, deviceId)).toEqual([deviceId]);
    await page.open();
    page.send({ type: 'login', wid, deviceId });
    expect(await page.next('failure')).toEqual({ type: 'failure', reason: 401 });
  });

  test('a login without the noise key that was linked is refused', async () => {
    const page = new FakePage(replica);
    const { wid, deviceId } = await page.link(newPhone());
    const thief = new FakePage(replica);
    await thief.open();
    thief.send({ type: 'login', wid, deviceId });
    await thief.next('challenge');
    thief.send({ type: 'login-proof', proof: Buffer.alloc(32).toString('base64') });
    expect(await thief.next('failure')).toMatchObject({ reason: 401 });
    page.close();
  });

  test('a second connection of the same device replaces the first', async () => {
    const phone = newPhone();
    const first = new FakePage(replica);
    const { wid, deviceId } = await first.link(phone);
    const second = new FakePage(replica);
    Object.assign(second.noise, first.noise);
    await second.login(wid, deviceId);
    expect(await first.next('stream-error')).toMatchObject({ code: 409 });
    first.close();
    await first.closed();
    expect(replica.phones.get(phone).devices[0]?.connected).toBe(true);
    second.close();
  });
});
