import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Client, type LinkedClient, linkedClient, peerOf } from './linked-client.ts';

/** Two accounts on one replica, each with a linked client of its own; the flow two-accounts has what every version can. */
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
