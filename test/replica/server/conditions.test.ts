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
      'There is no condition "no-such"; there are account-banned',
    );
    expect(() => replica.setCondition('slow-link', true, { minutes: 1 })).toThrow('has no option "minutes"');
  });

  test.each(['passkey-required', 'account-restricted', 'account-banned'])(
    '%s: the phone links no device and says why, and links one as soon as the condition is off',
    async (name) => {
      const { phone, page } = await start(name);
      const { refs } = await page.register();
      const refused = expect(replica.phones.scan(phone, page.qr(refs[0] as string))).rejects.toMatchObject({
        code: name,
      });
      if (name === 'passkey-required') expect((await page.next('passkey-request')).challenge).not.toBe('');
      await refused;
      expect(replica.phones.get(phone).devices).toEqual([]);
      page.close();
      replica.setCondition(name, false);
      await new FakePage(replica).link(phone);
      expect(replica.phones.get(phone).devices).toHaveLength(1);
    },
  );

  test('account-banned: a linked device is logged out and cannot log in again', async () => {
    const { phone, page } = await start();
    const { wid, deviceId } = await page.link(phone);
    replica.setCondition('account-banned', true, { afterSeconds: 0.05 });
    expect((await page.next('stream-error')).code).toBe(406);
    await page.closed();
    await page.open();
    page.send({ type: 'login', wid, deviceId });
    expect((await page.next('failure')).reason).toBe(406);
  });

  test('temporary-ban: each login is refused with the seconds that are left, and the device stays linked', async () => {
    const { phone, page } = await start();
    const { wid, deviceId } = await page.link(phone);
    replica.setCondition('temporary-ban', true, { hours: 2 });
    page.close();
    await page.closed();
    await page.open();
    page.send({ type: 'login', wid, deviceId });
    expect(await page.next('failure')).toMatchObject({ reason: 402, expire: 7200 });
    expect(replica.phones.get(phone).devices).toHaveLength(1);
  });
});

describe('conditions of messages', () => {
  const text = (id: string) => ({
    type: 'send' as const,
    message: {
      id,
      from: '12025550150@c.us',
      to: '12025550102@c.us',
      content: { kind: 'text' as const, body: 'hello' },
      t: 1_790_000_000,
      ack: 0,
    },
  });
  const linked = async (...names: string[]) => {
    const { phone, page } = await start();
    await page.link(phone);
    for (const name of names) replica.setCondition(name, true);
    return { phone, page };
  };
  const received = (phone: string) => replica.phones.get(phone).received.map(({ id, ack }) => ({ id, ack }));

  test('no-ack: a message is neither taken nor acknowledged until the page sends it again without the condition', async () => {
    const { phone, page } = await linked('no-ack');
    page.send(text('N1'));
    page.send({ type: 'query', requestId: 1, name: 'exists', args: { phone: '12025550102' } });
    await page.next('answer');
    expect(received(phone)).toEqual([]);
    replica.setCondition('no-ack', false);
    page.send(text('N1'));
    expect(await page.next('ack')).toMatchObject({ ids: ['N1'], ack: 1 });
    expect(received(phone)).toMatchObject([{ id: 'N1' }]);
  });

  test('late-ack: the first ack comes late, the others after it', async () => {
    const { page } = await linked();
    replica.setCondition('late-ack', true, { seconds: 0.2 });
    const sent = performance.now();
    page.send(text('L1'));
    for (const ack of [1, 2, 3]) expect(await page.next('ack')).toMatchObject({ ack });
    expect(performance.now() - sent).toBeGreaterThan(200);
  });

  test('ack-error: the ack is -1 and no phone has the message', async () => {
    const { phone, page } = await linked('ack-error');
    page.send(text('E1'));
    expect(await page.next('ack')).toMatchObject({ ids: ['E1'], ack: -1 });
    expect(received(phone)).toEqual([]);
  });

  test('offline-peers: a message stays sent until phones are reachable again', async () => {
    const { phone, page } = await linked('offline-peers');
    page.send(text('O1'));
    expect(await page.next('ack')).toMatchObject({ ack: 1 });
    await new Promise((done) => setTimeout(done, 200));
    expect(received(phone)).toEqual([{ id: 'O1', ack: 1 }]);
    replica.setCondition('offline-peers', false);
    for (const ack of [2, 3]) expect(await page.next('ack')).toMatchObject({ ids: ['O1'], ack });
  });

  test('duplicate-delivery: a message comes twice, with the same id', async () => {
    const { phone, page } = await linked('duplicate-delivery');
    const { id } = replica.phones.send(phone, { body: 'twice' });
    for (let i = 0; i < 2; i++) expect((await page.next('message')).message.id).toBe(id);
  });

  test('out-of-order: the latest message comes first, each once', async () => {
    const { phone, page } = await linked('out-of-order');
    for (const body of ['one', 'two', 'three']) replica.phones.send(phone, { body });
    for (const body of ['three', 'two', 'one']) {
      expect((await page.next('message')).message.content).toMatchObject({ body });
    }
  });

  test('partial-history: a new device gets the last messages of each chat, and older ones from the phone on request', async () => {
    const { phone, page } = await start('partial-history');
    replica.setCondition('partial-history', true, { messages: 2 });
    const sent = Array.from({ length: 60 }, (_, i) => replica.phones.send(phone, { body: `${i}` }).id);
    replica.phones.send(phone, { body: 'of another', from: '12025550102' });
    const { refs } = await page.register();
    const scanned = replica.phones.scan(phone, page.qr(refs[0] as string));
    const { wid, deviceId } = await page.answerPairing();
    await scanned;
    await page.closed();
    await page.login(wid, deviceId);
    const { messages, olderOnPhone } = await page.next('sync');
    expect(messages.map(({ id }) => id).slice(0, 2)).toEqual(sent.slice(-2));
    expect(messages).toHaveLength(3);
    const chat = '12025550101@c.us';
    expect(olderOnPhone).toEqual([chat]);
    await page.next('critical-sync-done');
    await page.ask('olderMessages', { chat, before: sent.at(-2) as string });
    const older = await page.next('chat-history');
    expect(older).toMatchObject({ chat, hasMore: true });
    expect(older.messages.map(({ id }) => id)).toEqual(sent.slice(8, 58));
    await page.ask('olderMessages', { chat, before: sent[8] as string });
    const oldest = await page.next('chat-history');
    expect([oldest.messages.map(({ id }) => id), oldest.hasMore]).toEqual([sent.slice(0, 8), false]);
    await page.ask('olderMessages', { chat, before: sent[0] as string });
    expect(await page.next('chat-history')).toMatchObject({ messages: [], hasMore: false });
  });

  test('undecryptable: messages of others come without their words until they are sent again', async () => {
    const { phone, page } = await start();
    await page.link(phone);
    const cases = [
      { options: { seconds: 0.05 }, comesAgain: true },
      { options: { bySender: false, byPhone: true, seconds: 0 }, comesAgain: true },
      { options: { bySender: false, byPhone: false }, comesAgain: false },
    ];
    for (const { options, comesAgain } of cases) {
      replica.setCondition('undecryptable', true, options);
      const { id } = replica.phones.send(phone, { body: 'secret' });
      expect((await page.next('message')).message).toMatchObject({ id, content: { kind: 'ciphertext' } });
      page.send({ type: 'query', requestId: 1, name: 'undecrypted', args: { ids: [id] } });
      const { id: mine } = replica.phones.send(phone, { body: 'mine', to: '12025550101@c.us' });
      const next = [
        (await page.next('message')).message,
        ...(comesAgain ? [(await page.next('message')).message] : []),
      ];
      expect(next).toContainEqual(expect.objectContaining({ id: mine, content: { kind: 'text', body: 'mine' } }));
      if (comesAgain) {
        expect(next).toContainEqual(expect.objectContaining({ id, content: { kind: 'text', body: 'secret' } }));
      }
    }
  });

  test('long-history: a new device is ready without its history, which follows in parts, the latest first', async () => {
    const { phone, page } = await start();
    replica.setCondition('long-history', true, { seconds: 0.5 });
    for (let i = 0; i < 20; i++) replica.phones.send(phone, { body: String(i) });
    await page.link(phone);
    const bodies: unknown[] = [];
    for (let progress = 0; progress < 100; ) {
      const part = await page.next('history');
      progress = part.progress;
      bodies.push(part.messages.map(({ content }) => content.kind === 'text' && content.body));
    }
    expect(bodies[0]).toEqual(['18', '19']);
    expect(bodies.at(-1)).toEqual(['0', '1']);
  });
});
