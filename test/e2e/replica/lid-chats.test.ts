import { beforeAll, describe, expect, test } from 'vitest';
import { jpeg } from '../../../canaries/methods/media-files.ts';
import { lidOf } from '../../../src/replica/world/people.ts';
import { sharedClient } from './linked-client.ts';

const ada = '12025550101';
const ben = '12025550102';
const jid = (number: string) => `${number}@c.us`;

/** What 1.33.2 gets where it looks for the chat of a number; mended in 1.33.3 (wwebjs/whatsapp-web.js#3735, #3703). */
const noLid = 'Lid is missing in chat table';

describe.each([
  { version: '1.34.7', build: '2.3000.1032534684', findsByNumber: true },
  { version: '1.33.2', build: '2.3000.1029241508', findsByNumber: false },
])('chats by lid with $version on $build', ({ version, build, findsByNumber }) => {
  const linked = sharedClient(version, build, { conditions: ['lid-chats'] });
  // biome-ignore lint/suspicious/noExplicitAny: the class of several library versions
  let message: any;

  beforeAll(async () => {
    const received = linked.event('message');
    linked.phone.send('hello', { from: ada });
    [message] = await received;
  });

  test('a text comes from a lid, and its contact and chat know the number', async () => {
    const { client, phone } = linked;
    expect(message).toMatchObject({ from: lidOf(ada), to: lidOf(phone.number) });
    expect((await message.getContact()).id._serialized).toBe(jid(ada));
    expect((await message.getChat()).id._serialized).toBe(lidOf(ada));
    const byNumber = client.getChatById(jid(ada));
    if (findsByNumber) expect((await byNumber).id._serialized).toBe(lidOf(ada));
    else await expect(byNumber).rejects.toThrow(noLid);
    expect(phone.state().chats).toMatchObject([{ id: jid(ada), messages: 1 }]);
  });

  test('an answer and a text to a number arrive, and their acks come', async () => {
    const { client, phone } = linked;
    const acks: string[] = [];
    client.on('message_ack', ({ body }: never, ack: never) => void acks.push(`${body} ${ack}`));
    await message.reply('hello Ada');
    expect(await phone.received('hello Ada')).toMatchObject({ from: phone.number, to: ada });
    if (!findsByNumber) {
      await expect(client.sendMessage(jid(ben), 'hello Ben')).rejects.toThrow(noLid);
      return;
    }
    expect((await client.sendMessage(jid(ben), 'hello Ben')).to).toBe(lidOf(ben));
    expect(await phone.received('hello Ben')).toMatchObject({ from: phone.number, to: ben });
    await expect.poll(() => acks).toEqual(expect.arrayContaining(['hello Ada 3', 'hello Ben 3']));
    expect(phone.state().received.find(({ body }) => body === 'hello Ada')?.quoted).toBe(message.id.id);
  });

  test('reactions, edits, files and state of the chat go both ways', async () => {
    const { client, phone } = linked;
    await message.react('👍');
    await expect.poll(() => phone.state().sent[0]?.reactions).toMatchObject([{ from: phone.number, text: '👍' }]);
    const edited = linked.event('message_edit');
    phone.act(message.id.id, { kind: 'edit', content: { kind: 'text', body: 'hello again' } });
    expect((await edited)[1]).toBe('hello again');
    const file = linked.event('message');
    phone.sendMedia(jpeg, { mimetype: 'image/jpeg' });
    expect((await (await file)[0].downloadMedia()).data).toBe(jpeg.toString('base64'));
    const chat = await client.getChatById(lidOf(ada));
    await chat.archive();
    expect(phone.state().chats.find(({ id }) => id === jid(ada))?.archived).toBe(true);
    phone.change({ action: 'archive', index: jid(ada), value: false });
    await expect.poll(async () => (await client.getChatById(lidOf(ada))).archived).toBe(false);
    await chat.sendSeen();
    const acks = () => phone.state().sent.flatMap(({ content, ack }) => (content.kind === 'edit' ? [] : ack));
    await expect.poll(acks).toEqual([3, 3]);
  });
});
