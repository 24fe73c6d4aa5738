import { on } from 'node:events';
import { describe, expect, test } from 'vitest';
import { linkedClient, sharedClient, workingPairs } from './linked-client.ts';

const contact = '12025550101@c.us';
const other = '12025550102@c.us';

describe.each(workingPairs)('with %s on %s', (version, build) => {
  const linked = sharedClient(version, build, { platform: 'smba' });

  const chatAtClient = async (id = contact) => linked.client.getChatById(id);
  const chatAtPhone = (id = contact) => linked.phone.chat(id);
  const { event } = linked;
  const unreadCount = async (wanted: number) => {
    const events = on(linked.client as never, 'unread_count', { signal: AbortSignal.timeout(10_000) });
    for await (const [chat] of events) if (chat.unreadCount === wanted) return;
  };
  const textFrom = async (from: string, body: string) => {
    const received = event('message');
    linked.phone.send(body, { from: from.replace('@c.us', '') });
    return (await received)[0];
  };

  test('a chat is archived and unarchived, by client and phone', async () => {
    const { client, phone } = linked;
    const archived = event('chat_archived');
    expect(await client.archiveChat(contact)).toBe(true);
    expect(chatAtPhone()).toMatchObject({ archived: true });
    expect((await archived).slice(1)).toEqual([true, false]);
    const unarchived = event('chat_archived');
    phone.change({ action: 'archive', index: contact, value: false });
    expect((await unarchived)[0]).toMatchObject({ archived: false });
    expect(await chatAtClient()).toMatchObject({ archived: false });
  });

  test('a chat is pinned on top and unpinned', async () => {
    const { client } = linked;
    await textFrom(contact, 'hello');
    expect(await client.pinChat(other)).toBe(true);
    expect(chatAtPhone(other)?.pinned).toBeGreaterThan(1_700_000_000);
    expect((await client.getChats())[0]).toMatchObject({ id: { _serialized: other }, pinned: true });
    expect(linked.phone.chats()[0]).toMatchObject({ id: other });
    expect(await client.unpinChat(other)).toBe(false);
    expect(linked.phone.chats()[0]).toMatchObject({ id: contact, pinned: 0 });
  });

  test('a chat is muted until a date, for ever, and unmuted', async () => {
    const { client } = linked;
    const until = new Date('2030-01-01T00:00:00Z');
    const seconds = until.getTime() / 1000;
    expect(await client.muteChat(contact, until)).toEqual({ isMuted: true, muteExpiration: seconds });
    expect(chatAtPhone()).toMatchObject({ mutedUntil: seconds });
    expect(await chatAtClient()).toMatchObject({ isMuted: true, muteExpiration: seconds });
    expect(await client.muteChat(contact)).toEqual({ isMuted: true, muteExpiration: -1 });
    expect(chatAtPhone()).toMatchObject({ mutedUntil: -1 });
    expect(await client.unmuteChat(contact)).toEqual({ isMuted: false, muteExpiration: 0 });
    expect(chatAtPhone()).toMatchObject({ mutedUntil: 0 });
  });

  test('a chat is marked unread and read again', async () => {
    const { client, phone } = linked;
    await client.sendSeen(contact);
    const marked = unreadCount(-1);
    await client.markChatUnread(contact);
    expect(chatAtPhone()).toMatchObject({ markedUnread: true });
    await marked;
    const read = unreadCount(0);
    expect(await client.sendSeen(contact)).toBe(true);
    expect(chatAtPhone()).toMatchObject({ markedUnread: false });
    await read;
    await textFrom(contact, 'one to read');
    const readAtPhone = unreadCount(0);
    phone.change({ action: 'markUnread', index: contact, value: false });
    await readAtPhone;
  });

  test('a chat is opened at its end, and another one at a message', async () => {
    const { client } = linked;
    const opened = () => client.pupPage.evaluate(`document.querySelector('#main header')?.textContent`);
    const message = await textFrom(other, 'jump here');
    await client.interface.openChatWindow(contact);
    expect(await opened()).toBe((await chatAtClient()).name);
    await client.interface.openChatWindowAt(message.id._serialized);
    expect(await opened()).toBe((await chatAtClient(other)).name);
  });

  test('a cleared chat is empty on the phone, and the phone clears one for the client', async () => {
    const { phone } = linked;
    await textFrom(contact, 'to be cleared');
    const chat = await chatAtClient();
    expect(await chat.clearMessages()).toBe(true);
    expect(await chat.fetchMessages({})).toEqual([]);
    expect(chatAtPhone()?.messages ?? 0).toBe(0);
    await textFrom(contact, 'to be cleared by the phone');
    const gone = event('message_revoke_me');
    phone.change({ action: 'clear', index: contact, value: chatAtPhone()?.lastMessage ?? null });
    await gone;
    expect(await chat.fetchMessages({})).toEqual([]);
  });

  test('a deleted chat is gone on the phone', async () => {
    const { client } = linked;
    await textFrom(other, 'to be deleted');
    const removed = event('chat_removed');
    expect(await (await client.getChatById(other)).delete()).toBe(true);
    await removed;
    expect(chatAtPhone(other)).toBeUndefined();
  });

  test('labels of the phone are those of the client, which gives them to chats', async () => {
    const { client, phone } = linked;
    phone.change({ action: 'label', index: '1', value: { name: 'new customer', color: 0 } });
    phone.change({ action: 'label', index: '2', value: { name: 'paid', color: 3 } });
    await expect
      .poll(async () => (await client.getLabels()).map(({ name }: { name: string }) => name))
      .toEqual(['new customer', 'paid']);
    await client.addOrRemoveLabels(['2'], [contact]);
    expect(chatAtPhone()).toMatchObject({ labels: ['2'] });
    expect(await client.getChatLabels(contact)).toMatchObject([{ id: '2', name: 'paid' }]);
    expect(await client.getChatsByLabelId('2')).toMatchObject([{ id: { _serialized: contact } }]);
    await (await chatAtClient()).changeLabels(['1']);
    expect(chatAtPhone()).toMatchObject({ labels: ['1'] });
    expect(await client.getLabelById('1')).toMatchObject({ name: 'new customer' });
  });

  test('a contact is saved, named and removed in the address book of the phone', async () => {
    const { client, phone } = linked;
    const number = '12025550109';
    await client.saveOrEditAddressbookContact(number, 'Nora', 'Canary', true);
    const saved = { id: `${number}@c.us`, name: 'Nora Canary', shortName: 'Nora' };
    if (version === '1.33.2') {
      // It gives the names at other positions than the build wants them, which nothing reports (wwebjs/whatsapp-web.js#3923).
      expect(phone.state().contacts.map(({ id }) => id)).not.toContain(saved.id);
      phone.change({ action: 'contact', index: saved.id, value: { name: saved.name, shortName: saved.shortName } });
      await expect.poll(async () => (await client.getContactById(saved.id)).name).toBe(saved.name);
    }
    expect(phone.state().contacts).toContainEqual(expect.objectContaining(saved));
    expect(await client.getContactById(`${number}@c.us`)).toMatchObject({ name: 'Nora Canary', isMyContact: true });
    await client.deleteAddressbookContact(`${number}@c.us`);
    expect(phone.state().contacts.map(({ id }) => id)).not.toContain(`${number}@c.us`);
    expect(await client.getContactById(`${number}@c.us`)).toMatchObject({ isMyContact: false });
  });
});

test('a note about a customer is kept by phone and client', async () => {
  await using linked = await linkedClient('1.34.7', '2.3000.1032534684', { platform: 'smba' });
  const { client, phone, replica } = linked;
  phone.send('hello');
  await client.addOrEditCustomerNote(contact, 'pays late');
  expect(phone.chat(contact)).toMatchObject({ note: 'pays late' });
  expect(await client.getCustomerNote(contact)).toMatchObject({ chatId: contact, content: 'pays late' });
  phone.change({ action: 'note', index: contact, value: 'pays at once' });
  await expect.poll(() => client.getCustomerNote(contact)).toMatchObject({ content: 'pays at once' });
  expect(replica.findings()).toEqual([]);
});
