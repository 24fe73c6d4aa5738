import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Content, Deed, Message } from '../../../src/contracts/replica-message.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

const contact = '12025550101@c.us';
const number = '12025550140';
const me = `${number}@c.us`;

let replica: Replica;
let phone: string;
let page: FakePage;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
  phone = replica.phones.create(number).id;
  page = new FakePage(replica);
  await page.link(phone);
});
afterAll(async () => {
  page.close();
  await replica.close();
});

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const seconds = fc.integer({ min: 1, max: 4_000_000_000 });
const jid = fc.constantFrom(contact, '12025550102@c.us', me);
const price = { currency: fc.constantFrom('USD', 'EUR'), amount1000: fc.nat() };
const optional = <T extends Record<string, fc.Arbitrary<unknown>>, R extends keyof T & string>(
  shape: T,
  required: R[],
) => fc.record(shape, { requiredKeys: required });
const vcard = fc.record({ displayName: words, vcard: words });

/** Any content that adds a message and that the server delivers; each kind has a row, as the type demands. */
const added: Record<string, fc.Arbitrary<unknown>> = {
  text: optional(
    {
      body: words,
      preview: optional({ matchedText: words, title: words, description: words }, ['matchedText', 'title']),
    },
    ['body'],
  ),
  location: optional(
    {
      latitude: fc.double({ min: -90, max: 90, noNaN: true }).map((degrees) => degrees + 0),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }).map((degrees) => degrees + 0),
      description: words,
      url: fc.webUrl(),
      live: optional({ seconds, sequence: fc.nat(), comment: words }, ['seconds', 'sequence']),
    },
    ['latitude', 'longitude'],
  ),
  contact: vcard,
  contacts: fc.record({ contacts: fc.array(vcard, { minLength: 1, maxLength: 3 }) }),
  poll: fc.record({ name: words, options: fc.array(words, { minLength: 1, maxLength: 12 }), isMultiple: fc.boolean() }),
  event: optional(
    {
      name: words,
      description: words,
      start: seconds,
      end: seconds,
      location: words,
      joinLink: words,
      isCanceled: fc.boolean(),
    },
    ['name', 'start', 'isCanceled'],
  ),
  'group-invite': optional(
    { group: fc.constant('120363000000000001@g.us'), groupName: words, code: words, expires: seconds, caption: words },
    ['group', 'groupName', 'code', 'expires'],
  ),
  product: optional({ productId: words, owner: jid, title: words, description: words, ...price }, [
    'productId',
    'owner',
    'title',
    'currency',
    'amount1000',
  ]),
  order: optional(
    {
      orderId: words,
      token: words,
      title: words,
      seller: jid,
      itemCount: fc.integer({ min: 1, max: 99 }),
      message: words,
      ...price,
    },
    ['orderId', 'token', 'title', 'seller', 'itemCount', 'currency', 'amount1000'],
  ),
  payment: optional({ receiver: jid, note: words, ...price }, ['receiver', 'currency', 'amount1000']),
};
const content = fc.oneof(
  ...Object.entries(added).map(([kind, fields]) => fields.map((value) => ({ kind, ...(value as object) }) as Content)),
);
const context = optional(
  {
    mentions: fc.array(jid, { minLength: 1, maxLength: 3 }),
    groupMentions: fc.array(fc.record({ group: fc.constant('120363000000000001@g.us'), subject: words }), {
      minLength: 1,
      maxLength: 2,
    }),
    forwardingScore: fc.integer({ min: 1, max: 127 }),
    ephemeralSeconds: fc.constantFrom(86_400, 604_800),
  },
  [],
);

let counter = 0;
const fromPage = (said: Content, about: Partial<Message> = {}): Message => ({
  id: `P${++counter}`,
  from: me,
  to: contact,
  content: said,
  t: 1_790_000_000,
  ack: 0,
  ...about,
});
const atPhone = (id: string) => replica.phones.get(phone).received.find((message) => message.id === id);
/** Resolves when the server has this ack for the message; acks of others may come before. */
const acked = async (id: string, ack: number) => {
  for (;;) {
    const frame = await page.next('ack');
    if (frame.ids.includes(id) && frame.ack === ack) return;
  }
};
const transmit = async (message: Message) => {
  page.send({ type: 'send', message });
  await acked(message.id, 1);
};
const json = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;

test('whatever a page sends is the same at the phone', async () => {
  await fc.assert(
    fc.asyncProperty(content, context, async (said, about) => {
      const message = fromPage(said, about as Partial<Message>);
      await transmit(message);
      expect(atPhone(message.id)).toMatchObject({ content: json(said), ...json(about as object) });
    }),
    { numRuns: 100 },
  );
});

test('whatever the phone sends is the same at the page', async () => {
  await fc.assert(
    fc.asyncProperty(content, context, async (said, about) => {
      const { id } = replica.phones.send(phone, { content: said, ...(about as object) });
      const { message } = await page.next('message');
      expect(message).toMatchObject({ id, content: json(said), ...json(about as object) });
      page.send({ type: 'receipt', ids: [id], chat: contact, ack: 2 });
    }),
    { numRuns: 100 },
  );
});

const deeds: readonly { deed: Deed; content: Content; seen: (from: string) => object }[] = [
  {
    deed: { kind: 'reaction', text: '👍' },
    content: { kind: 'text', body: 'question' },
    seen: (from) => ({ reactions: [{ from, text: '👍' }] }),
  },
  {
    deed: { kind: 'vote', options: ['b'] },
    content: { kind: 'poll', name: 'which?', options: ['a', 'b'], isMultiple: false },
    seen: (from) => ({ votes: [{ from, options: ['b'] }] }),
  },
  {
    deed: { kind: 'pin', isPinned: true, seconds: 60 },
    content: { kind: 'text', body: 'rules' },
    seen: (from) => ({ pin: { from, isPinned: true, seconds: 60 } }),
  },
  {
    deed: { kind: 'event-response', response: 'going' },
    content: { kind: 'event', name: 'party', start: 1, isCanceled: false },
    seen: (from) => ({ responses: [{ from, response: 'going' }] }),
  },
];

test.each(deeds)('a $deed.kind by page and contact is so at the phone', async ({ deed, content: said, seen }) => {
  const { id, from } = replica.phones.send(phone, { content: said });
  await page.next('message');
  await transmit(fromPage({ ...deed, target: { id, from }, at: 1_790_000_000_000 } as Content));
  expect(atPhone(id)).toMatchObject(seen(number));
  const own = fromPage(said);
  await transmit(own);
  replica.phones.act(phone, own.id, deed);
  expect((await page.next('message')).message).toMatchObject({
    from: contact,
    content: { ...deed, target: { id: own.id, from: me } },
  });
  expect(atPhone(own.id)).toMatchObject(seen('12025550101'));
});

test('only its author edits or revokes a message, and the latest edit counts, whatever comes first', async () => {
  const own = fromPage({ kind: 'text', body: 'one' });
  const edit = (body: string, at: number): Content => ({
    kind: 'edit',
    target: { id: own.id, from: me },
    at,
    content: { kind: 'text', body },
  });
  for (const message of [own, fromPage(edit('three', 3)), fromPage(edit('two', 2))]) {
    await transmit(message);
  }
  expect(atPhone(own.id)).toMatchObject({ body: 'three', editedAt: 3 });
  replica.phones.act(phone, own.id, { kind: 'edit', content: { kind: 'text', body: 'four' } });
  replica.phones.act(phone, own.id, { kind: 'revoke' });
  expect(atPhone(own.id)).toMatchObject({ body: 'three' });
  expect(atPhone(own.id)?.revokedBy).toBeUndefined();
  replica.phones.act(phone, own.id, { kind: 'revoke' }, number);
  expect(atPhone(own.id)).toMatchObject({ body: '', revokedBy: number });
});

test('what the phone marks reaches the page, and what the phone does not have is refused', async () => {
  const { id } = replica.phones.send(phone, { body: 'mark me' });
  await page.next('message');
  replica.phones.mark(phone, [id], 'starred');
  expect((await page.next('notification')).notification).toMatchObject({
    mutation: { action: 'star', index: `false_${contact}_${id}`, value: true },
  });
  replica.phones.mark(phone, [id], 'deleted');
  expect((await page.next('notification')).notification).toMatchObject({
    mutation: { action: 'deleteMessageForMe', index: `false_${contact}_${id}` },
  });
  const unknown = expect.objectContaining({ code: 'message-unknown' });
  for (const call of [
    () => replica.phones.mark(phone, [id], 'read'),
    () => replica.phones.act(phone, id, { kind: 'revoke' }),
    () => replica.phones.send(phone, { body: 'answer', quoted: id }),
  ]) {
    expect(call).toThrow(unknown);
  }
});

test('two accounts hear of each other: delivered at once, read and played when the other says so', async () => {
  const other = replica.phones.create('12025550141').id;
  const message = fromPage({ kind: 'text', body: 'hello you' }, { to: '12025550141@c.us' });
  await transmit(message);
  await acked(message.id, 2);
  replica.phones.mark(other, [message.id], 'read');
  await acked(message.id, 3);
  replica.phones.mark(other, [message.id], 'played');
  await acked(message.id, 4);
  page.send({ type: 'query', requestId: 1, name: 'messageInfo', args: { id: message.id, to: message.to } });
  expect(await page.next('answer')).toMatchObject({
    value: { delivery: [{ id: '12025550141@c.us' }], read: [{}], played: [{}], playedRemaining: 0 },
  });
});

test('buttons and lists reach no phone', async () => {
  const message = fromPage({ kind: 'buttons', body: 'press', buttons: [{ id: 'a', text: 'A' }] });
  await transmit(message);
  expect(atPhone(message.id)).toBeUndefined();
});
