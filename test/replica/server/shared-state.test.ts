import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Mutation } from '../../../src/contracts/replica-queries.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
});
afterAll(() => replica.close());

const contact = '12025550101@c.us';
let next = 13125550150;

async function linkedPage() {
  const { id, number } = replica.phones.create(String(next++));
  const page = new FakePage(replica);
  onTestFinished(() => page.close());
  await page.link(id);
  return { id, number, page };
}

async function change(page: FakePage, mutation: Mutation) {
  page.send({ type: 'query', requestId: 1, name: 'mutate', args: { mutation } });
  return page.next('answer');
}

const phoneChat = (id: string) => replica.phones.get(id).chats.find((chat) => chat.id === contact);

test.each([
  { mutation: { action: 'archive', index: contact, value: true }, seen: { archived: true } },
  { mutation: { action: 'pin', index: contact, value: 1_790_000_000 }, seen: { pinned: 1_790_000_000 } },
  { mutation: { action: 'mute', index: contact, value: -1 }, seen: { mutedUntil: -1 } },
  { mutation: { action: 'markUnread', index: contact, value: true }, seen: { markedUnread: true } },
  { mutation: { action: 'labels', index: contact, value: ['1', '2'] }, seen: { labels: ['1', '2'] } },
  { mutation: { action: 'note', index: contact, value: 'pays late' }, seen: { note: 'pays late' } },
] satisfies { mutation: Mutation; seen: object }[])(
  '$0.action by a page is so at the phone, and by the phone at the page',
  async ({ mutation, seen }) => {
    const { id, page } = await linkedPage();
    replica.phones.send(id, { body: 'hello' });
    expect(await change(page, mutation)).toMatchObject({ ok: true });
    expect(phoneChat(id)).toMatchObject({ id: contact, ...seen });
    replica.phones.change(id, mutation);
    expect((await page.next('notification')).notification).toEqual({ kind: 'mutation', mutation });
  },
);

test('a cleared chat has no messages at the phone; one that comes later stays', async () => {
  const { id, page } = await linkedPage();
  replica.phones.send(id, { body: 'one' });
  const second = replica.phones.send(id, { body: 'two' });
  const other = replica.phones.send(id, { body: 'in another chat', from: '12025550102' });
  const later = replica.phones.send(id, { body: 'three' });
  await change(page, { action: 'clear', index: contact, value: second.id });
  expect(phoneChat(id)).toMatchObject({ messages: 1, lastMessage: later.id });
  expect(replica.phones.get(id).chats).toContainEqual(expect.objectContaining({ lastMessage: other.id }));
});

test('a deleted chat is gone with its state, unless a later message is in it', async () => {
  const { id, page } = await linkedPage();
  const first = replica.phones.send(id, { body: 'one' });
  await change(page, { action: 'archive', index: contact, value: true });
  replica.phones.send(id, { body: 'two' });
  await change(page, { action: 'delete', index: contact, value: first.id });
  expect(phoneChat(id)).toMatchObject({ archived: true, messages: 1 });
  await change(page, { action: 'delete', index: contact, value: phoneChat(id)?.lastMessage ?? null });
  expect(phoneChat(id)).toBeUndefined();
});

test('contacts, labels and the name of the account are those of the last change', async () => {
  const { id, page } = await linkedPage();
  await change(page, {
    action: 'contact',
    index: '12025550109@c.us',
    value: { name: 'Nora Canary', shortName: 'Nora' },
  });
  await change(page, { action: 'contact', index: contact, value: null });
  await change(page, { action: 'label', index: '3', value: { name: 'paid', color: 2 } });
  await change(page, { action: 'pushname', index: '', value: 'Renamed' });
  const state = replica.phones.get(id);
  expect(state.contacts.map(({ id, name }) => [id, name])).toEqual([
    ['12025550102@c.us', 'Ben Canary'],
    ['12025550103@c.us', 'Cleo Canary'],
    ['12025550109@c.us', 'Nora Canary'],
  ]);
  expect(state.labels).toEqual([{ id: '3', name: 'paid', color: 2 }]);
  await change(page, { action: 'label', index: '3', value: null });
  expect(replica.phones.get(id).labels).toEqual([]);
  const again = new FakePage(replica);
  onTestFinished(() => again.close());
  expect(await again.link(id)).toMatchObject({ pushname: 'Renamed' });
});

test('other devices are notified that a chat was read; a device that syncs later is not', async () => {
  const { id, page } = await linkedPage();
  await change(page, { action: 'markUnread', index: contact, value: true });
  replica.phones.change(id, { action: 'markUnread', index: contact, value: false });
  expect((await page.next('notification')).notification).toMatchObject({ mutation: { value: false } });
  expect(phoneChat(id)).toBeUndefined();
});
