import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';
const ada = '12025550101';
const jid = (number: string) => `${number}@c.us`;
const text = (body: string) => ({ kind: 'text' as const, body });

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build });
});
afterAll(() => replica.close());

let nextNumber = 12025550300;

async function linkedPhone() {
  const number = String(nextNumber++);
  const { id } = replica.phones.create(number);
  const page = new FakePage(replica);
  onTestFinished(() => page.close());
  await page.link(id);
  return { id, number, page, channels: replica.phones.phone(id).channels };
}

test('a post reaches subscribers only, those of later with the posts before', async () => {
  const { number, channels, page } = await linkedPhone();
  const theirs = channels.create({ name: 'Sports', by: ada });
  channels.post(theirs.id, text('before'), { by: ada });
  channels.subscribe(theirs.id);
  expect((await page.next('notification')).notification).toMatchObject({ channel: { role: 'subscriber', size: 1 } });
  expect((await page.next('message')).message).toMatchObject({
    from: theirs.id,
    content: text('before'),
    serverId: 100,
  });
  channels.post(theirs.id, text('after'), { by: ada });
  expect((await page.next('message')).message).toMatchObject({ content: text('after'), serverId: 101 });
  channels.subscribe(theirs.id, false);
  channels.post(theirs.id, text('without'), { by: ada });
  expect(channels.get(theirs.id)).toMatchObject({ owner: ada, subscribers: [] });
  expect(
    replica.phones.phone(replica.phones.list().find((phone) => phone.number === number)?.id ?? '').channels.list(),
  ).toEqual([]);
});

test('a page may do what its account may do', async () => {
  const { number, page, channels } = await linkedPhone();
  const theirs = channels.create({ name: 'Sports', by: ada });
  const refused = async (name: Parameters<FakePage['ask']>[0], args: object) => {
    const answer = await page.ask(name, args as never);
    return answer.ok ? answer.value : answer.status;
  };
  const { id: channel } = theirs;
  expect(await refused('channel-post', { channel, id: 'X', content: text('mine') })).toBe(403);
  expect(await refused('channel-edit', { channel, edit: { name: 'Mine' } })).toBe(403);
  expect(await refused('channel-delete', { channel })).toBe(403);
  expect(await refused('channel-subscribers', { channel, limit: 5 })).toBe(403);
  expect(await refused('channel-accept-admin-invite', { channel })).toBe(404);
  expect(await refused('channel-info', { channel: '120363000000000009@newsletter' })).toBe(404);
  expect(await refused('channel-info', { channel: 'x@newsletter' })).toBe(400);
  channels.inviteAdmin(channel, number, { by: ada });
  expect(await refused('channel-accept-admin-invite', { channel })).toBe(null);
  expect(await refused('channel-post', { channel, id: 'X', content: text('ours') })).toMatchObject({ serverId: 100 });
  expect(await refused('channel-subscribe', { channel, isSubscribed: true })).toBe(409);
  expect(await refused('channel-transfer', { channel, user: jid(ada) })).toBe(403);
  expect(await refused('channel-demote', { channel, user: jid(number) })).toBe(null);
  expect(channels.get(channel)).toMatchObject({ admins: [], subscribers: [number] });
});

test('a reaction that the channel does not take fails', async () => {
  const { number, page, channels } = await linkedPhone();
  const { id } = channels.create({ name: 'Sports', by: ada });
  const post = channels.post(id, text('We won'), { by: ada });
  channels.edit(id, { reactions: 'basic' }, { by: ada });
  const react = (reaction: string, as: string) =>
    page.send({
      type: 'send',
      message: {
        id: as,
        from: jid(number),
        to: id,
        content: { kind: 'reaction', target: { id: post, from: id }, at: 1, text: reaction },
        t: 1,
        ack: 0,
      },
    });
  react('🦄', 'R1');
  expect(await page.next('ack')).toMatchObject({ ids: ['R1'], ack: -1 });
  react('👍', 'R2');
  expect(await page.next('ack')).toMatchObject({ ids: ['R2'], ack: 1 });
  expect(channels.get(id).posts[0]?.reactions).toEqual([{ number, text: '👍' }]);
});

test('the next replica has the channels', async () => {
  const state = join(temporaryFolder(), 'state');
  const first = await startReplica({ build, state });
  const phone = first.phones.create('13125550101').id;
  const { id } = first.phones.phone(phone).channels.create({ name: 'Sports' });
  first.phones.phone(phone).channels.post(id, text('We won'));
  const before = first.phones.phone(phone).channels.list();
  await first.close();
  const second = await startReplica({ build, state });
  onTestFinished(() => second.close());
  expect(second.phones.phone(phone).channels.list()).toEqual(before);
});

test('the phone control runs channels', async () => {
  const { id: phone } = await linkedPhone();
  const post = async (path: string, body: unknown = {}) => {
    const response = await fetch(`${replica.phoneUrl}/phones/${phone}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: await response.json() };
  };
  const { answer } = await post('channels', { name: 'Sports' });
  const at = `channels/${answer.id}`;
  const posted = await post(`${at}/post`, { body: 'We won' });
  expect((await post(`${at}/subscribe`, { by: ada })).status).toBe(200);
  expect((await post(`${at}/react`, { post: posted.answer.id, text: '👍', by: ada })).status).toBe(200);
  expect((await post(`${at}/edit`, { edit: { description: 'All of it' } })).answer).toMatchObject({
    description: 'All of it',
    subscribers: [ada],
    posts: [{ body: 'We won', reactions: [{ number: ada, text: '👍' }] }],
  });
  expect((await post(`${at}/invite-admin`, { number: ada })).status).toBe(200);
  expect((await post(`${at}/accept-admin-invite`, { by: ada })).status).toBe(200);
  for (const [path, body, status, code] of [
    [`${at}/react`, { post: 'none', text: '👍' }, 404, 'post-unknown'],
    [`${at}/delete`, { by: ada }, 403, 'channel-not-admin'],
    [`${at}/subscribe`, { by: ada }, 409, 'channel-is-own'],
    ['channels/1@newsletter/delete', {}, 404, 'channel-unknown'],
    ['channels', { name: '' }, 400, 'bad-request'],
  ] as const) {
    expect(await post(path, body)).toMatchObject({ status, answer: { code } });
  }
  expect((await post(`${at}/delete`)).status).toBe(200);
});
