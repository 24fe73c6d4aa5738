import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Client, type LinkedClient, linkedClient, peerOf } from './linked-client.ts';

/** Two accounts on one replica, each with a linked client of its own. */
let linked: LinkedClient;
let clients: [Client, Client];

beforeAll(async () => {
  linked = await linkedClient('1.34.7', '2.3000.1032534684', { phones: ['13125550101', '13125550102'] });
  const [, phone] = linked.replica.phones;
  if (!phone) throw new Error('no second phone');
  clients = [linked.client, await peerOf(linked.replica, '1.34.7', phone)];
});
afterAll(async () => {
  await clients?.[1].destroy();
  await linked?.[Symbol.asyncDispose]();
});
afterEach(() => expect(linked.replica.findings()).toEqual([]));

const [a, b] = ['13125550101@c.us', '13125550102@c.us'];
const event = async (client: Client, name: string) =>
  once(client as never, name, { signal: AbortSignal.timeout(10_000) });

test('a text is delivered at once and read when the other client reads it', async () => {
  const [one, two] = clients;
  const acks: number[] = [];
  const listen = (_message: unknown, ack: number) => void acks.push(ack);
  one.on('message_ack', listen as never);
  const received = event(two, 'message');
  await one.sendMessage(b, 'hello');
  expect((await received)[0]).toMatchObject({ body: 'hello', from: a });
  await expect.poll(() => acks).toEqual([1, 2]);
  await two.sendSeen(a);
  await expect.poll(() => acks).toEqual([1, 2, 3]);
});

test('an answer, a reaction, an edit and a deletion arrive at the other client', async () => {
  const [one, two] = clients;
  const asked = event(two, 'message');
  const question = await one.sendMessage(b, 'how are yuo?');
  const [atTwo] = await asked;
  const edited = event(two, 'message_edit');
  await question.edit('how are you?');
  expect((await edited).slice(1)).toEqual(['how are you?', 'how are yuo?']);
  const reacted = event(one, 'message_reaction');
  await atTwo.react('👍');
  expect((await reacted)[0]).toMatchObject({ reaction: '👍', senderId: b, msgId: { id: question.id.id } });
  const answered = event(one, 'message');
  await atTwo.reply('fine');
  const [answer] = await answered;
  expect(await answer.getQuotedMessage()).toMatchObject({ body: 'how are you?', fromMe: true });
  const revoked = event(two, 'message_revoke_everyone');
  await question.delete(true);
  expect((await revoked)[1]).toMatchObject({ body: 'how are you?' });
});

test('a poll of one client gets the vote of the other', async () => {
  const [one, two] = clients;
  const received = event(two, 'message');
  await one.sendMessage(b, new linked.library.Poll('Which?', ['this', 'that']));
  const [poll] = await received;
  const voted = event(one, 'vote_update');
  await poll.vote(['that']);
  expect((await voted)[0]).toMatchObject({ voter: b, selectedOptions: [{ name: 'that' }] });
});

test('a text to the lid of the other arrives, as one of the number', async () => {
  const [one, two] = clients;
  const [{ lid }] = await one.getContactLidAndPhone([b]);
  expect(lid).toMatch(/^\d{15}@lid$/);
  const received = event(two, 'message');
  await one.sendMessage(lid, 'to your lid');
  expect((await received)[0]).toMatchObject({ body: 'to your lid', from: a });
});
