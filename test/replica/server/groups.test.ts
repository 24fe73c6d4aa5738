import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { QueryArgs, QueryName } from '../../../src/contracts/replica-queries.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { lidOf } from '../../../src/replica/world/people.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';
const ada = '12025550101';
const ben = '12025550102';
const stranger = '12025559999';
const jid = (number: string) => `${number}@c.us`;

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build });
});
afterAll(() => replica.close());

let nextNumber = 12025550200;

/** A phone with a linked device. */
async function linkedPhone(on: Replica = replica) {
  const number = String(nextNumber++);
  const { id } = on.phones.create(number);
  const page = new FakePage(on);
  onTestFinished(() => page.close());
  await page.link(id);
  return { id, number, page, groups: on.phones.groups(id) };
}

/** The answer of the server to a page: the value, or the status of its refusal. */
async function ask<N extends QueryName>(page: FakePage, name: N, args: QueryArgs<N>): Promise<unknown> {
  const answer = await page.ask(name, args);
  return answer.ok ? answer.value : answer.status;
}

const text = (from: string, to: string, id: string) => ({
  id,
  from: jid(from),
  to,
  content: { kind: 'text' as const, body: 'hello' },
  t: 1_790_000_000,
  ack: 0,
});

test('a group that a page makes reaches the devices of all its members, with a message about it', async () => {
  const { number, page } = await linkedPhone();
  const other = await linkedPhone();
  const made = await ask(page, 'group-create', {
    subject: 'Birds',
    participants: [jid(other.number), jid(stranger)],
    settings: {},
  });
  expect(made).toMatchObject({ results: [{ status: 200 }, { id: jid(stranger), status: 404 }] });
  const { notification } = await other.page.next('notification');
  expect(notification).toMatchObject({ kind: 'group', group: { subject: 'Birds', owner: jid(number), size: 2 } });
  expect((await other.page.next('message')).message.content).toMatchObject({ kind: 'group-event', event: 'create' });
});

test('the phone lists a group by its subject, and neither the status nor a channel', async () => {
  const { id: phone, groups } = await linkedPhone();
  const { channels } = replica.phones.phone(phone);
  const { id } = groups.create({ subject: 'Birds', participants: [ada] });
  replica.phones.send(phone, { body: 'hello', from: ada, to: id });
  replica.phones.send(phone, { body: 'my day', from: ada, to: 'status@broadcast' });
  const channel = channels.create({ name: 'Sports', by: ada });
  channels.subscribe(channel.id);
  channels.post(channel.id, { kind: 'text', body: 'We won' }, { by: ada });
  expect(replica.phones.get(phone).chats).toMatchObject([{ id, name: 'Birds' }]);
});

test('a message to a group reaches its members only, and is read once all of them have read it', async () => {
  const { number, page, groups } = await linkedPhone();
  const member = await linkedPhone();
  const outsider = await linkedPhone();
  const { id } = groups.create({ subject: 'Birds', participants: [member.number, ada] });
  page.send({ type: 'send', message: text(number, id, 'G1') });
  for (const ack of [1, 2]) expect(await page.next('ack')).toMatchObject({ ids: ['G1'], chat: id, ack });
  member.page.send({ type: 'receipt', ids: ['G1'], chat: id, ack: 3 });
  expect(await page.next('ack')).toMatchObject({ ids: ['G1'], chat: id, ack: 3 });
  const info = await ask(page, 'messageInfo', { id: 'G1', to: id });
  expect(info).toMatchObject({ read: [{ id: jid(member.number) }, { id: jid(ada) }], readRemaining: 0 });
  expect(replica.phones.get(member.id).received).toMatchObject([{ id: 'G1', from: number, to: id }]);
  expect(replica.phones.get(outsider.id).received).toEqual([]);
});

test('a message that its author may not send to the group fails and reaches no member', async () => {
  const { number, page, groups } = await linkedPhone();
  const member = await linkedPhone();
  const theirs = member.groups.create({ subject: 'Fish', participants: [number], settings: { announce: true } });
  page.send({ type: 'send', message: text(number, theirs.id, 'N1') });
  expect(await page.next('ack')).toMatchObject({ ids: ['N1'], ack: -1 });
  member.groups.change(theirs.id, { what: 'settings', settings: { announce: false } });
  const said = replica.phones.send(member.id, { body: 'mine', from: member.number, to: theirs.id });
  const content = { kind: 'revoke' as const, target: { id: said.id, from: jid(member.number) }, at: 1 };
  page.send({ type: 'send', message: { ...text(number, theirs.id, 'N3'), content } });
  expect(await page.next('ack')).toMatchObject({ ids: ['N3'], ack: -1 });
  groups.leave(theirs.id);
  page.send({ type: 'send', message: text(number, theirs.id, 'N2') });
  expect(await page.next('ack')).toMatchObject({ ids: ['N2'], ack: -1 });
  expect(replica.phones.get(member.id).received.filter(({ from }) => from === number)).toEqual([]);
});

describe('the server refuses', () => {
  const unknown = '120363000000000001@g.us';
  const change = { what: 'subject' as const, subject: 'Mine' };

  test.each([
    ['a group that does not exist', 'group-info', { group: unknown }, 404],
    ['an id that is none', 'group-info', { group: 'a@g.us' }, 400],
    ['a subject that is too long', 'group-create', { subject: 'x'.repeat(101), participants: [], settings: {} }, 400],
    ['an unknown invite code', 'group-join', { code: 'none' }, 406],
  ] as const)('%s', async (_, name, args, status) => {
    const { page } = await linkedPhone();
    expect(await ask(page, name, args as never)).toBe(status);
  });

  test('those who are no members, those who are no admins, and what would break the group', async () => {
    const { number, page } = await linkedPhone();
    const owner = await linkedPhone();
    const group = owner.groups.create({ subject: 'Fish', participants: [ada], settings: { adminsAdd: true } });
    const { id, inviteCode } = group;
    const add = { group: id, action: 'add' as const, participants: [jid(ben)] };
    expect(await ask(page, 'group-info', { group: id })).toBe(403);
    expect(await ask(page, 'group-change', { group: id, change })).toBe(403);
    expect(await ask(page, 'group-leave', { group: id })).toBe(403);
    expect(await ask(page, 'group-join', { code: inviteCode })).toEqual({ group: id, isMember: true });
    expect(await ask(page, 'group-join', { code: inviteCode })).toBe(409);
    expect(await ask(page, 'group-participants', add)).toBe(401);
    expect(await ask(page, 'group-invite-code', { group: id })).toBe(401);
    owner.groups.resetInvite(id);
    owner.groups.participants(id, 'promote', [number]);
    expect(await ask(page, 'group-join', { code: inviteCode })).toBe(410);
    expect(await ask(page, 'group-participants', add)).toEqual([{ id: jid(ben), status: 200 }]);
    expect(await ask(page, 'group-participants', add)).toEqual([{ id: jid(ben), status: 409 }]);
    const remove = { group: id, action: 'remove' as const };
    expect(await ask(page, 'group-participants', { ...remove, participants: [jid(owner.number)] })).toEqual([
      { id: jid(owner.number), status: 406 },
    ]);
    expect(await ask(page, 'group-participants', { ...remove, participants: [jid(stranger)] })).toEqual([
      { id: jid(stranger), status: 404 },
    ]);
  });

  test('member 1,025', async () => {
    const { groups } = await linkedPhone();
    const crowd = await startReplica({ build });
    onTestFinished(() => crowd.close());
    const numbers = Array.from({ length: 1_024 }, (_, i) => String(13125551000 + i));
    for (const number of numbers) crowd.phones.create(number);
    const all = crowd.phones.groups('phone-1');
    const { id, results } = all.create({ subject: 'Crowd', participants: numbers.slice(1) });
    expect(Object.values(results).every((status) => status === 200)).toBe(true);
    expect(all.participants(id, 'add', [ada])).toEqual({ [ada]: 419 });
    expect(() => all.join(all.get(id).inviteCode, { by: ada })).toThrow('1024 members');
    expect(groups.list()).toEqual([]);
  });
});

test('who left twice cannot be added again, but may join', async () => {
  const { groups } = await linkedPhone();
  const { id, inviteCode } = groups.create({ subject: 'Birds', participants: [ada] });
  groups.leave(id, { by: ada });
  expect(groups.participants(id, 'add', [ada])).toEqual({ [ada]: 200 });
  groups.leave(id, { by: ada });
  expect(groups.participants(id, 'add', [ada])).toEqual({ [ada]: 408 });
  expect(groups.join(inviteCode, { by: ada })).toEqual({ id, isMember: true });
});

test('whom an admin removed cannot join by the invite code, old or new, until an admin adds or invites them', async () => {
  const { number, page } = await linkedPhone();
  const { groups } = await linkedPhone();
  const { id, inviteCode } = groups.create({ subject: 'Birds', participants: [number, ada] });
  const join = (code: string) => ask(page, 'group-join', { code });
  groups.participants(id, 'remove', [number]);
  expect(await join(inviteCode)).toBe(401);
  const next = groups.resetInvite(id);
  groups.change(id, { what: 'settings', settings: { approval: true } });
  expect(await join(next)).toBe(401);
  expect(() => groups.join(next, { by: number })).toThrow('was removed from the group');
  groups.change(id, { what: 'settings', settings: { approval: false } });
  expect(groups.participants(id, 'add', [number])).toEqual({ [number]: 200 });
  groups.leave(id, { by: number });
  expect(await join(next)).toEqual({ group: id, isMember: true });
});

test('the last admin who leaves hands the group to its oldest member', async () => {
  const { groups } = await linkedPhone();
  const { id } = groups.create({ subject: 'Birds', participants: [ada, ben] });
  groups.leave(id);
  expect(groups.get(id).members).toEqual([
    { number: ada, rank: 'admin' },
    { number: ben, rank: 'member' },
  ]);
});

test('the next replica has the groups', async () => {
  const state = join(temporaryFolder(), 'state');
  const first = await startReplica({ build, state });
  const { id } = first.phones.create('13125550101');
  const made = first.phones.groups(id).create({ subject: 'Birds', participants: [ada] });
  await first.close();
  const second = await startReplica({ build, state });
  onTestFinished(() => second.close());
  const { results: _, ...group } = made;
  expect(second.phones.groups(id).list()).toEqual([group]);
});

test('the phone control makes and changes groups', async () => {
  const { id: phone, number } = await linkedPhone();
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${replica.phoneUrl}/phones/${phone}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: await response.json() };
  };
  const { answer } = await post('groups', { subject: 'Birds', participants: [ada] });
  const at = `groups/${answer.id}`;
  expect(answer).toMatchObject({ subject: 'Birds', owner: number, results: { [ada]: 200 } });
  expect(await post(`${at}/change`, { change: { what: 'subject', subject: 'Fish' } })).toMatchObject({
    answer: { subject: 'Fish' },
  });
  expect((await post(`${at}/participants`, { action: 'promote', participants: [ada] })).answer).toEqual({ [ada]: 200 });
  expect((await post('groups/join', { code: answer.inviteCode, by: ben })).answer).toEqual({
    id: answer.id,
    isMember: true,
  });
  expect((await post('send', { body: 'hi', from: ben, to: answer.id })).answer).toMatchObject({ to: answer.id });
  expect((await post(`${at}/invite`, {})).answer.inviteCode).not.toBe(answer.inviteCode);
  expect((await post(`${at}/leave`, { by: ben })).status).toBe(200);
  for (const [path, body, status, code] of [
    ['send', { body: 'hi', from: ben, to: answer.id }, 403, 'group-not-member'],
    [`${at}/leave`, { by: ben }, 403, 'group-not-member'],
    ['groups/120363000000000001@g.us/leave', {}, 404, 'group-unknown'],
    ['groups/join', { code: 'none' }, 404, 'group-invite-unknown'],
    ['groups', { subject: '', participants: [] }, 400, 'bad-request'],
    [`${at}/participants`, { action: 'marry', participants: [] }, 400, 'bad-request'],
  ] as const) {
    expect(await post(path, body)).toMatchObject({ status, answer: { code } });
  }
});

describe('a group that is addressed by lid', () => {
  const lidGroup = async (subject: string) => {
    const me = await linkedPhone();
    const member = await linkedPhone();
    const made = me.groups.create({ subject, participants: [member.number, ada], addressing: 'lid' });
    return { me, member, id: made.id };
  };

  test('names its members and authors by lid, with the number beside', async () => {
    const { me, member, id } = await lidGroup('Birds');
    const created = (await member.page.next('message')).message;
    expect(created).toMatchObject({ from: lidOf(me.number), fromAlt: jid(me.number), to: id });
    expect(await ask(member.page, 'group-info', { group: id })).toMatchObject({
      addressing: 'lid',
      owner: lidOf(me.number),
      participants: [
        { id: lidOf(me.number), alt: jid(me.number), rank: 'superadmin' },
        { id: lidOf(member.number), alt: jid(member.number) },
        { id: lidOf(ada), alt: jid(ada) },
      ],
    });
    replica.phones.send(me.id, { body: 'hi', from: ada, to: id, mentions: [jid(member.number)] });
    const { message } = await member.page.next('message');
    expect(message).toMatchObject({ from: lidOf(ada), fromAlt: jid(ada), mentions: [lidOf(member.number)] });
  });

  test('takes members and messages by lid as by number, and phones have numbers', async () => {
    const { me, member, id } = await lidGroup('Birds');
    const add = { group: id, action: 'add' as const, participants: [jid(ben)] };
    expect(await ask(me.page, 'group-participants', add)).toEqual([{ id: lidOf(ben), status: 200 }]);
    const promote = { group: id, action: 'promote' as const, participants: [lidOf(ben), jid(stranger)] };
    expect(await ask(me.page, 'group-participants', promote)).toEqual([
      { id: lidOf(ben), status: 200 },
      { id: jid(stranger), status: 404 },
    ]);
    expect(me.groups.get(id).members).toContainEqual({ number: ben, rank: 'admin' });
    const said = text(me.number, id, 'LID1');
    me.page.send({ type: 'send', message: { ...said, from: lidOf(me.number), mentions: [lidOf(ada)] } });
    expect(await me.page.next('ack')).toMatchObject({ ids: ['LID1'], chat: id, ack: 1 });
    const content = { kind: 'revoke' as const, target: { id: 'LID1', from: lidOf(me.number) }, at: 1 };
    me.page.send({ type: 'send', message: { ...said, id: 'LID2', from: lidOf(me.number), content } });
    expect(await me.page.next('ack')).toMatchObject({ ids: ['LID2'], ack: 1 });
    expect(replica.phones.get(member.id).received.find((one) => one.id === 'LID1')).toMatchObject({
      from: me.number,
      mentions: [jid(ada)],
      revokedBy: me.number,
    });
    member.page.send({ type: 'receipt', ids: ['LID1'], chat: id, ack: 3 });
    await expect
      .poll(() => ask(me.page, 'messageInfo', { id: 'LID1', to: id }))
      .toMatchObject({ read: expect.arrayContaining([expect.objectContaining({ id: lidOf(member.number) })]) });
  });

  test('was addressed by number before the server changed that', async () => {
    const me = await linkedPhone();
    const { id, addressing } = me.groups.create({ subject: 'Birds', participants: [ada] });
    expect(addressing).toBe('pn');
    expect(me.groups.setAddressing(id, 'lid').addressing).toBe('lid');
    const info = await ask(me.page, 'group-info', { group: id });
    expect(info).toMatchObject({ addressing: 'lid', participants: [{ id: lidOf(me.number) }, { id: lidOf(ada) }] });
  });

  test('is what the server makes under the condition lid-groups', async () => {
    const me = await linkedPhone();
    replica.setCondition('lid-groups', true);
    onTestFinished(() => replica.setCondition('lid-groups', false));
    const made = await ask(me.page, 'group-create', { subject: 'Birds', participants: [], settings: {} });
    expect(made).toMatchObject({ group: { addressing: 'lid', owner: lidOf(me.number) } });
  });
});

describe('chats that are addressed by lid', () => {
  beforeAll(() => replica.setCondition('lid-chats', true));
  afterAll(() => replica.setCondition('lid-chats', false));

  test('have lids in messages, acks and state, and phones have numbers', async () => {
    const { id, number, page } = await linkedPhone();
    const other = await linkedPhone();
    page.send({ type: 'send', message: { ...text(number, lidOf(other.number), 'LC1'), from: lidOf(number) } });
    expect(await page.next('ack')).toMatchObject({ ids: ['LC1'], chat: lidOf(other.number), ack: 1 });
    const { message } = await other.page.next('message');
    expect(message).toMatchObject({ from: lidOf(number), fromAlt: jid(number), to: lidOf(other.number) });
    other.page.send({ type: 'receipt', ids: ['LC1'], chat: lidOf(number), ack: 3 });
    expect(await page.next('ack')).toMatchObject({ chat: lidOf(other.number), ack: 3 });
    expect(replica.phones.get(other.id).received).toMatchObject([{ from: number, to: other.number }]);

    const archive = { action: 'archive' as const, index: lidOf(other.number), value: true };
    await ask(page, 'mutate', { mutation: archive });
    expect(replica.phones.get(id).chats).toMatchObject([{ id: jid(other.number), archived: true }]);
    replica.phones.change(id, { ...archive, index: jid(other.number), value: false });
    expect((await page.next('notification')).notification).toMatchObject({ mutation: { index: lidOf(other.number) } });
    replica.phones.change(id, { action: 'contact', index: jid(other.number), value: { name: 'Other' } });
    expect((await page.next('notification')).notification).toMatchObject({ mutation: { index: jid(other.number) } });
  });
});

test('a message says the lid of an author whom the page does not know', async () => {
  const { id, page, number } = await linkedPhone();
  const other = await linkedPhone();
  replica.phones.send(id, { body: 'hi', from: other.number });
  expect((await page.next('message')).message).toMatchObject({
    from: jid(other.number),
    fromAlt: lidOf(other.number),
    to: jid(number),
  });
});

describe('a community', () => {
  /** A community of one phone with one linked group, in which another phone and a person are. */
  async function community() {
    const owner = await linkedPhone();
    const member = await linkedPhone();
    const { communities } = replica.phones.phone(owner.id);
    const { id } = communities.create({ subject: 'Town' });
    const group = owner.groups.create({ subject: 'Street', participants: [member.number, ada] });
    expect(communities.link(id, [group.id])).toEqual({ [group.id]: 200 });
    const announcements = communities.groups(id)[0]?.id as string;
    return { owner, member, communities, id, group: group.id, announcements };
  }

  test('has the members of its groups, and a group for announcements in which only admins write', async () => {
    const { owner, member, communities, id, group, announcements } = await community();
    const numbers = [owner.number, member.number, ada];
    for (const one of [id, announcements]) {
      expect(owner.groups.get(one).members.map(({ number }) => number)).toEqual(numbers);
    }
    expect(communities.groups(group, { by: ada })).toEqual([
      { id: announcements, subject: 'Town', isAnnouncements: true, isMember: true, size: 3 },
      { id: group, subject: 'Street', isAnnouncements: false, isMember: true, size: 3 },
    ]);
    const write = (from: string, to: string) => replica.phones.send(owner.id, { body: 'hi', from, to });
    expect(() => write(ada, announcements)).toThrow('Only admins');
    expect(() => write(owner.number, id)).toThrow('only in its groups');
    expect(write(owner.number, announcements)).toMatchObject({ to: announcements });
    expect(owner.groups.get(announcements)).toMatchObject({
      addressing: 'lid',
      community: { as: 'announcements', parent: id },
    });
    expect(await ask(member.page, 'group-info', { group: id })).toMatchObject({ community: { as: 'parent' } });
  });

  test('a page makes a group in it, whose members come into the community', async () => {
    const { owner, id, group } = await community();
    const made = await ask(owner.page, 'group-create', {
      subject: 'House',
      participants: [jid(ben)],
      settings: {},
      parent: id,
    });
    expect(made).toMatchObject({ group: { community: { as: 'linked', parent: id } } });
    expect(owner.groups.get(id).members).toContainEqual({ number: ben, rank: 'member' });
    const foreign = { subject: 'House', participants: [], settings: {}, parent: group };
    expect(await ask(owner.page, 'group-create', foreign)).toBe(405);
  });

  test('a member joins another of its groups, and an outsider does not', async () => {
    const { owner, member, communities, id } = await community();
    const house = owner.groups.create({ subject: 'House', participants: [], parent: id });
    expect(() => communities.join(house.id, { by: ben })).toThrow('no member');
    expect(communities.join(house.id, { by: member.number })).toEqual({ isMember: true });
    expect(() => communities.join(house.id, { by: member.number })).toThrow('is a member');
    owner.groups.change(house.id, { what: 'settings', settings: { approval: true } });
    expect(communities.join(house.id, { by: ada })).toEqual({ isMember: false });
    expect(await ask(owner.page, 'group-requests', { group: house.id })).toMatchObject([{ method: 'LinkedGroupJoin' }]);
  });

  test('who leaves it or is removed from it is in none of its groups, and its admins are those of its announcements', async () => {
    const { owner, member, id, group, announcements } = await community();
    owner.groups.participants(id, 'promote', [member.number]);
    expect(owner.groups.get(announcements).members).toContainEqual({ number: member.number, rank: 'admin' });
    expect(owner.groups.get(group).members).toContainEqual({ number: member.number, rank: 'member' });
    owner.groups.participants(id, 'remove', [ada]);
    member.groups.leave(id);
    for (const one of [id, group, announcements]) {
      expect(owner.groups.get(one).members.map(({ number }) => number)).toEqual([owner.number]);
    }
  });

  test.each(['the community', 'its group for announcements'])(
    'who is removed from %s joins none of its groups by an invite code until an admin adds them to one',
    async (place) => {
      const { owner, member, communities, id, group, announcements } = await community();
      const { inviteCode } = owner.groups.get(group);
      owner.groups.participants(place === 'the community' ? id : announcements, 'remove', [member.number]);
      expect(await ask(member.page, 'group-join', { code: inviteCode })).toBe(405);
      expect(await ask(member.page, 'group-join', { code: owner.groups.get(id).inviteCode })).toBe(401);
      expect(owner.groups.participants(group, 'add', [member.number])).toEqual({ [member.number]: 200 });
      owner.groups.participants(group, 'remove', [member.number]);
      expect(await ask(member.page, 'group-join', { code: inviteCode })).toBe(401);
      expect(() => communities.join(group, { by: member.number })).toThrow('was removed from the group');
    },
  );

  test('links only groups of an admin that are in no community, and only its admins do', async () => {
    const { owner, member, communities, id, group, announcements } = await community();
    const theirs = member.groups.create({ subject: 'Theirs', participants: [owner.number] });
    const none = '120363000000000001@g.us';
    expect(communities.link(id, [group, theirs.id, none])).toEqual({ [group]: 409, [theirs.id]: 401, [none]: 404 });
    expect(() => communities.link(id, [theirs.id], { by: member.number })).toThrow('Only admins');
    expect(() => communities.link(group, [theirs.id])).toThrow('no community');
    expect(communities.unlink(id, [announcements, none, group])).toEqual({
      [announcements]: 405,
      [none]: 404,
      [group]: 200,
    });
    expect(owner.groups.get(group).community).toBeUndefined();
  });

  test('ends with its announcements when an admin deactivates it, and its groups go on', async () => {
    const { owner, member, communities, id, group, announcements } = await community();
    communities.deactivate(id);
    expect(member.groups.list().map((one) => one.id)).toEqual([group]);
    expect(owner.groups.get(group).community).toBeUndefined();
    for (const gone of [id, announcements]) expect(await ask(owner.page, 'group-info', { group: gone })).toBe(404);
    const events = [];
    while (events.at(-1) !== 'delete_parent_group_unlink') {
      const { content } = (await member.page.next('message')).message;
      events.push(content.kind === 'group-event' && content.event);
    }
    expect(events).toContain('parent_group_link');
  });

  test('has 100 linked groups at most', async () => {
    const { owner, communities, id } = await community();
    const groups = Array.from({ length: 100 }, () => owner.groups.create({ subject: 'Street', participants: [] }).id);
    const statuses = Object.values(communities.link(id, groups));
    expect([statuses.slice(0, 99).every((status) => status === 200), statuses[99]]).toEqual([true, 406]);
  });

  test('is made and changed by the phone control', async () => {
    const { id: phone } = await linkedPhone();
    const request = async (path: string, body?: unknown) => {
      const response = await fetch(`${replica.phoneUrl}/phones/${phone}/${path}`, {
        ...(body !== undefined && { method: 'POST', headers: { 'content-type': 'application/json' } }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, answer: await response.json() };
    };
    const { id } = (await request('communities', { subject: 'Town' })).answer;
    const group = (await request('groups', { subject: 'Street', participants: [ada] })).answer.id;
    expect((await request(`communities/${id}/link`, { groups: [group] })).answer).toEqual({ [group]: 200 });
    expect((await request('communities')).answer).toMatchObject([{ id, community: { as: 'parent' } }]);
    expect((await request(`communities/${id}/groups`)).answer).toHaveLength(2);
    const house = (await request('groups', { subject: 'House', participants: [], parent: id })).answer.id;
    expect((await request(`communities/join/${house}`, { by: ada })).answer).toEqual({ isMember: true });
    expect((await request(`communities/${id}/unlink`, { groups: [group] })).answer).toEqual({ [group]: 200 });
    expect((await request(`groups/${group}/addressing`, { addressing: 'lid' })).answer.addressing).toBe('lid');
    for (const [path, body, status, code] of [
      [`communities/${group}/link`, { groups: [house] }, 409, 'group-not-linked'],
      ['send', { body: 'hi', from: ada, to: id }, 403, 'group-is-community'],
      [`communities/${id}/link`, { groups: [] }, 400, 'bad-request'],
      [`groups/${group}/addressing`, { addressing: 'name' }, 400, 'bad-request'],
    ] as const) {
      expect(await request(path, body)).toMatchObject({ status, answer: { code } });
    }
    expect((await request(`communities/${id}/deactivate`, {})).status).toBe(200);
    expect((await request('communities')).answer).toEqual([]);
  });
});
