import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { QueryArgs, QueryName } from '../../../src/contracts/replica-queries.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

const contact = '12025550101@c.us';
const picture = Buffer.from('the bytes of a picture').toString('base64');

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
});
afterAll(() => replica.close());

let next = 13125550160;

async function linkedPage() {
  const { id, number } = replica.phones.create(String(next++));
  const page = new FakePage(replica);
  onTestFinished(() => page.close());
  await page.link(id);
  return { id, number, page, phone: replica.phones.phone(id) };
}

async function ask<N extends QueryName>(page: FakePage, name: N, args: QueryArgs<N>) {
  page.send({ type: 'query', requestId: 1, name, args });
  const answer = await page.next('answer');
  return answer.ok ? answer.value : { status: answer.status, text: answer.text };
}

test('a picture has an address that gives its bytes, for as long as the person has it', async () => {
  const { page } = await linkedPage();
  expect(await ask(page, 'picture', { of: contact })).toEqual({ status: 404, text: 'item-not-found' });
  replica.phones.changePerson('12025550101', { picture });
  const { url } = (await ask(page, 'picture', { of: contact })) as { url: string };
  expect(await (await fetch(url)).text()).toBe('the bytes of a picture');
  replica.phones.changePerson('12025550101', { picture: null });
  expect((await fetch(url)).status).toBe(404);
});

test('an account changes its own picture only, and the other accounts see it', async () => {
  const { page, number, phone } = await linkedPage();
  const other = await linkedPage();
  const own = `${number}@c.us`;
  const address = await ask(page, 'set-picture', { of: own, data: picture });
  expect(phone.state().profile).toMatchObject({ picture: true });
  expect(await ask(other.page, 'picture', { of: own })).toEqual(address);
  expect(await ask(page, 'set-picture', { of: contact, data: picture })).toMatchObject({ status: 403 });
  expect(await ask(page, 'set-picture', { of: own, data: null })).toBeNull();
  expect(phone.state().profile).toMatchObject({ picture: false });
});

test.each([
  ['all', true, true],
  ['contacts', false, true],
  ['none', false, false],
] as const)('with the privacy "%s" a stranger sees the about: %s, a contact: %s', async (privacy, stranger, known) => {
  const [shy, curious] = [await linkedPage(), await linkedPage()];
  shy.phone.changeProfile({ about: 'at work', privacy });
  const seen = async () => (await ask(curious.page, 'about', { of: `${shy.number}@c.us` })) === 'at work';
  expect(await seen()).toBe(stranger);
  shy.phone.change({ action: 'contact', index: `${curious.number}@c.us`, value: { name: 'Curious' } });
  expect(await seen()).toBe(known);
});

test('a blocked person reaches neither phone nor device, and hears of nothing', async () => {
  const { id, page, phone } = await linkedPage();
  await ask(page, 'block', { of: contact, isBlocked: true });
  expect(phone.state().blocked).toEqual([contact]);
  expect(replica.phones.send(id, { body: 'let me in' }).ack).toBe(1);
  phone.ring();
  expect(phone.state()).toMatchObject({ received: [], calls: [{ state: 'ringing' }] });
  phone.block('12025550101', false);
  expect((await page.next('notification')).notification).toEqual({ kind: 'blocklist', blocked: [] });
  replica.phones.send(id, { body: 'again' });
  expect((await page.next('message')).message.content).toMatchObject({ body: 'again' });
});

test('typing and presence reach the other account, and those of a contact reach the page', async () => {
  const [one, two] = [await linkedPage(), await linkedPage()];
  await ask(one.page, 'chat-state', { to: `${two.number}@c.us`, state: 'composing' });
  expect(one.phone.state().chatStates).toEqual({ [`${two.number}@c.us`]: 'composing' });
  const from = `${one.number}@c.us`;
  expect((await two.page.next('notification')).notification).toEqual({ kind: 'chat-state', from, state: 'composing' });
  await ask(one.page, 'presence', { isAvailable: true });
  expect((await two.page.next('notification')).notification).toEqual({ kind: 'presence', of: from, isAvailable: true });
  two.phone.showChatState('recording');
  expect((await two.page.next('notification')).notification).toMatchObject({ from: contact, state: 'recording' });
});

test('a call rings at all devices until one rejects it or the caller gives up', async () => {
  const { page, phone } = await linkedPage();
  const call = phone.ring({ isVideo: true });
  expect((await page.next('notification')).notification).toEqual({ kind: 'call', call });
  expect(await ask(page, 'reject-call', { id: call.id, from: contact })).toBeNull();
  expect(phone.state().calls).toMatchObject([{ id: call.id, state: 'rejected' }]);
  expect(await ask(page, 'reject-call', { id: call.id, from: contact })).toMatchObject({ status: 404 });
  const second = phone.ring();
  await page.next('notification');
  phone.endCall(second.id);
  expect((await page.next('notification')).notification).toMatchObject({ call: { id: second.id, state: 'ended' } });
});

test('a person who changes the number stays in the address book, under the other number', async () => {
  replica.phones.changePerson('12025550140', { pushname: 'Mover' });
  const { page, phone } = await linkedPage();
  const [from, to] = ['12025550140@c.us', '12025550141@c.us'];
  phone.change({ action: 'contact', index: from, value: { name: 'Mover' } });
  await page.next('notification');
  replica.phones.changeNumber('12025550140', '12025550141');
  expect((await page.next('notification')).notification).toMatchObject({ kind: 'number-changed', from, to });
  expect(phone.state().contacts).toContainEqual(expect.objectContaining({ id: to, name: 'Mover' }));
  expect(await ask(page, 'exists', { phone: '12025550140' })).toBeNull();
  expect(() => replica.phones.changeNumber('12025550141', '12025550102')).toThrow(/12025550102 has an account/);
});

test('a device counts itself and the phone', async () => {
  const { page, number } = await linkedPage();
  const of = [`${number}@c.us`, contact, '12025559999@c.us'];
  expect(await ask(page, 'devices', { of })).toEqual([[0, 1], [0], []]);
});

test.each([
  ['PUT', '/people/12', { about: 'x' }, 400, 'bad-request'],
  ['PUT', '/people/12025550101', { nose: 'big' }, 400, 'bad-request'],
  ['PUT', '/people/12025550101', { picture: 'no base64!' }, 400, 'bad-request'],
  ['POST', '/people/12025559998/change-number', { to: '12025559997' }, 404, 'person-unknown'],
  ['POST', '/people/12025550101/change-number', { to: '12025550102' }, 409, 'number-taken'],
  ['POST', '/phones/none/profile', { about: 'x' }, 404, 'phone-unknown'],
  ['POST', '/phones/ID/block', { number: 'x' }, 400, 'bad-request'],
  ['POST', '/phones/ID/presence', {}, 400, 'bad-request'],
  ['POST', '/phones/ID/chat-state', { state: 'singing' }, 400, 'bad-request'],
  ['POST', '/phones/ID/calls', { from: 'x' }, 400, 'bad-request'],
  ['POST', '/phones/ID/calls/none/end', {}, 404, 'call-unknown'],
  ['POST', '/phones/ID/calls/none/reject', {}, 404, 'call-unknown'],
  ['POST', '/phones/ID/change', { action: 'archive', index: 'no jid', value: true }, 400, 'bad-request'],
  ['POST', '/phones/ID/change', { action: 'burn', index: contact, value: true }, 400, 'bad-request'],
])('%s %s with %j is refused with %i %s, and the replica lives on', async (method, path, body, status, code) => {
  const { id } = replica.phones.create(String(next++));
  const answer = await fetch(`${replica.phoneUrl}${path.replace('ID', id)}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([answer.status, (await answer.json()).code]).toEqual([status, code]);
  expect(replica.phones.get(id).blocked).toEqual([]);
});
