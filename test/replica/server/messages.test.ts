import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
});
afterAll(() => replica.close());

const text = (from: string, to: string, id: string) => ({
  id,
  from,
  to,
  content: { kind: 'text' as const, body: 'hello' },
  t: 1_790_000_000,
  ack: 0,
});

test('a text of the phone reaches the device and its receipt reaches the phone', async () => {
  const { id } = replica.phones.create('12025550120');
  const page = new FakePage(replica);
  await page.link(id);
  const sent = replica.phones.send(id, { body: 'ping' });
  const { message, offline } = await page.next('message');
  expect(message).toMatchObject({
    id: sent.id,
    content: { kind: 'text', body: 'ping' },
    from: '12025550101@c.us',
    to: '12025550120@c.us',
  });
  expect(offline).toBe(false);
  page.send({ type: 'receipt', ids: [sent.id], chat: message.from, ack: 2 });
  await expect.poll(() => replica.phones.get(id).sent[0]?.ack).toBe(2);
  page.close();
});

test('a text of the device is acknowledged as sent, delivered and read, and the phone has it', async () => {
  const { id } = replica.phones.create('12025550121');
  const page = new FakePage(replica);
  await page.link(id);
  page.send({ type: 'send', message: text('12025550121@c.us', '12025550102@c.us', 'A1') });
  for (const ack of [1, 2, 3])
    expect(await page.next('ack')).toMatchObject({ ids: ['A1'], ack, chat: '12025550102@c.us' });
  expect(replica.phones.get(id).received).toMatchObject([{ id: 'A1', body: 'hello', ack: 3 }]);
  page.close();
});

test('a text to a number with a phone of its own reaches that phone and its devices', async () => {
  const a = replica.phones.create('12025550122');
  const b = replica.phones.create('12025550123');
  const pageA = new FakePage(replica);
  const pageB = new FakePage(replica);
  await Promise.all([pageA.link(a.id), pageB.link(b.id)]);
  pageA.send({ type: 'send', message: text('12025550122@c.us', '12025550123@c.us', 'B1') });
  expect((await pageB.next('message')).message).toMatchObject({ id: 'B1', from: '12025550122@c.us' });
  expect(replica.phones.get(b.id).received).toMatchObject([{ id: 'B1' }]);
  pageA.close();
  pageB.close();
});

test('messages sent while the device was offline are delivered before the next sync is done, oldest first', async () => {
  const { id } = replica.phones.create('12025550124');
  const page = new FakePage(replica);
  const { wid, deviceId } = await page.link(id);
  page.close();
  await page.closed();
  await expect.poll(() => replica.phones.get(id).devices[0]?.connected).toBe(false);
  replica.phones.send(id, { body: 'one' });
  replica.phones.send(id, { body: 'two', from: '12025550199' });
  await page.login(wid, deviceId);
  expect((await page.next('offline-preview')).count).toBe(2);
  expect(await page.next('message')).toMatchObject({ offline: true, message: { content: { body: 'one' } } });
  expect(await page.next('message')).toMatchObject({
    offline: true,
    message: { content: { body: 'two' }, from: '12025550199@c.us' },
  });
  await page.next('critical-sync-done');
  page.close();
});

test('a text without a receipt is delivered again, one with a receipt is not', async () => {
  const { id } = replica.phones.create('12025550126');
  const page = new FakePage(replica);
  const { wid, deviceId } = await page.link(id);
  const first = replica.phones.send(id, { body: 'got it' });
  replica.phones.send(id, { body: 'killed before it was kept' });
  await page.next('message');
  page.send({ type: 'receipt', ids: [first.id], chat: first.from, ack: 2 });
  await expect.poll(() => replica.phones.get(id).sent[0]?.ack).toBe(2);
  page.close();
  await page.closed();
  await page.login(wid, deviceId);
  expect((await page.next('offline-preview')).count).toBe(1);
  expect((await page.next('message')).message.content).toMatchObject({ body: 'killed before it was kept' });
  page.close();
});

test('a text that a device sends again is acknowledged again and reaches no contact twice', async () => {
  const { id } = replica.phones.create('12025550127');
  const page = new FakePage(replica);
  await page.link(id);
  const message = text('12025550127@c.us', '12025550102@c.us', 'C1');
  page.send({ type: 'send', message });
  expect((await page.next('ack')).ack).toBe(1);
  page.send({ type: 'send', message });
  expect((await page.next('ack')).ack).toBe(1);
  expect(replica.phones.get(id).received).toHaveLength(1);
  page.close();
});

test('a number exists when it is a phone or a known person', async () => {
  const { id } = replica.phones.create('12025550125');
  const page = new FakePage(replica);
  await page.link(id);
  for (const [requestId, phone, value] of [
    [1, '12025550125', { wid: '12025550125@c.us', lid: expect.stringMatching(/^\d{15}@lid$/), isBusiness: false }],
    [2, '12025550103', { wid: '12025550103@c.us', lid: expect.stringMatching(/^\d{15}@lid$/), isBusiness: false }],
    [3, '12025559999', null],
  ] as const) {
    page.send({ type: 'query', requestId, name: 'exists', args: { phone } });
    expect(await page.next('answer')).toEqual({ type: 'answer', requestId, ok: true, value });
  }
  page.close();
});

test('what one device archives is archived on the other, on a device that comes back, and on one that is linked later', async () => {
  const { id } = replica.phones.create('12025550128');
  const mutation = { action: 'archive', index: '12025550101@c.us', value: true } as const;
  const [doer, other, away, later] = Array.from({ length: 4 }, () => new FakePage(replica)) as [
    FakePage,
    FakePage,
    FakePage,
    FakePage,
  ];
  await doer.link(id);
  await other.link(id);
  const { wid, deviceId } = await away.link(id);
  away.close();
  await expect.poll(() => replica.phones.get(id).devices[2]?.connected).toBe(false);
  doer.send({ type: 'query', requestId: 1, name: 'mutate', args: { mutation } });
  expect(await doer.next('answer')).toEqual({ type: 'answer', requestId: 1, ok: true, value: null });
  expect(await other.next('notification')).toMatchObject({
    notification: { kind: 'mutation', mutation },
    offline: false,
  });
  await away.login(wid, deviceId);
  expect(await away.next('notification')).toMatchObject({ notification: { mutation }, offline: true });
  const { refs } = await later.register();
  const scanned = replica.phones.scan(id, later.qr(refs[0] as string));
  const success = await later.answerPairing();
  await scanned;
  await later.closed();
  await later.login(success.wid, success.deviceId);
  expect((await later.next('sync')).mutations).toEqual([mutation]);
  for (const page of [doer, other, away, later]) page.close();
});

test('a query whose arguments are none is refused and changes nothing', async () => {
  const { id } = replica.phones.create('12025550129');
  const page = new FakePage(replica);
  await page.link(id);
  for (const args of [
    null,
    {},
    { mutation: { action: 'no-such-action' } },
    { mutation: { action: 'archive', index: 1 } },
  ]) {
    page.send({ type: 'query', requestId: 1, name: 'mutate', args });
    expect(await page.next('answer')).toEqual({
      type: 'answer',
      requestId: 1,
      ok: false,
      status: 400,
      text: 'bad-request',
    });
  }
  page.close();
});

test('receipts say on which device, and a voice message is played', async () => {
  const author = replica.phones.create('12025550130');
  const reader = replica.phones.create('12025550131');
  const pages = [new FakePage(replica), new FakePage(replica)] as const;
  const [page, other] = pages;
  await page.link(author.id);
  await other.link(reader.id);
  page.send({ type: 'send', message: text('12025550130@c.us', '12025550131@c.us', 'R1') });
  const { message } = await other.next('message');
  for (const ack of [2, 3]) other.send({ type: 'receipt', ids: [message.id], chat: message.from, ack });
  for (const ack of [1, 2, 3]) expect(await page.next('ack')).toMatchObject({ ids: ['R1'], ack });
  const receipts = () => replica.phones.phone(author.id).receipts('R1');
  await expect.poll(() => receipts().length).toBe(3);
  expect(
    receipts()
      .map(({ by, device, ack }) => [by, device, ack])
      .sort(),
  ).toEqual([
    ['12025550131', 0, 2],
    ['12025550131', 1, 2],
    ['12025550131', 1, 3],
  ]);
  const { id } = replica.phones.sendMedia(author.id, Buffer.from('sound'), {
    mimetype: 'audio/ogg; codecs=opus',
    as: 'ptt',
    to: '12025550101@c.us',
  });
  for (const ack of [2, 3, 4]) expect(await page.next('ack')).toMatchObject({ ids: [id], ack });
  expect((await page.ask('messageInfo', { id, to: '12025550101@c.us' })) as object).toMatchObject({
    value: { played: [{ id: '12025550101@c.us' }], playedRemaining: 0 },
  });
  expect(() => replica.phones.phone(author.id).receipts('none')).toThrow(
    expect.objectContaining({ code: 'message-unknown' }),
  );
  for (const each of pages) each.close();
});

test('a member of a group is only in the list of what came last', async () => {
  const { id } = replica.phones.create('12025550132');
  const page = new FakePage(replica);
  await page.link(id);
  const [ada, grace] = ['12025550101', '12025550102'] as const;
  replica.phones.create('12025550133');
  const group = replica.phones.groups(id).create({ subject: 'Info', participants: [ada, grace, '12025550133'] }).id;
  page.send({ type: 'send', message: text('12025550132@c.us', group, 'I1') });
  await expect.poll(() => replica.phones.phone(id).receipts('I1').length).toBe(5);
  expect(await page.ask('messageInfo', { id: 'I1', to: group })).toMatchObject({
    value: {
      delivery: [{ id: '12025550133@c.us' }],
      read: [{ id: `${ada}@c.us` }, { id: `${grace}@c.us` }],
      played: [],
      deliveryRemaining: 0,
      readRemaining: 1,
      playedRemaining: 3,
    },
  });
  page.close();
});

test('the phone tells a page what is at an address', async () => {
  const { id } = replica.phones.create('12025550134');
  const page = new FakePage(replica);
  await page.link(id);
  const url = 'https://bakery.test/';
  expect(await page.ask('linkedPage', { url })).toMatchObject({ value: null });
  replica.phones.setLink(url, { title: 'Bakery' });
  expect(await page.ask('linkedPage', { url })).toMatchObject({ value: { title: 'Bakery' } });
  replica.phones.setLink(url, null);
  expect(await page.ask('linkedPage', { url })).toMatchObject({ value: null });
  page.close();
});

test('what has disappeared reaches no new device', async () => {
  const { id } = replica.phones.create('12025550135');
  replica.phones.send(id, { body: 'gone', ephemeralSeconds: 1 });
  const { id: kept } = replica.phones.send(id, { body: 'kept', ephemeralSeconds: 60 });
  await new Promise((done) => setTimeout(done, 1_000));
  const page = new FakePage(replica);
  const { refs } = await page.register();
  const scanned = replica.phones.scan(id, page.qr(refs[0] as string));
  const { wid, deviceId } = await page.answerPairing();
  await scanned;
  await page.closed();
  await page.login(wid, deviceId);
  expect((await page.next('sync')).messages).toMatchObject([{ id: kept }]);
  page.close();
});
