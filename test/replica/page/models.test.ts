import { expect, test, vi } from 'vitest';
import { MuteCollection } from '../../../src/replica/page/model/account-models.ts';
import { BaseCollection } from '../../../src/replica/page/model/base-collection.ts';
import { BaseModel } from '../../../src/replica/page/model/base-model.ts';
import { ChatCollection, ContactCollection } from '../../../src/replica/page/model/collections.ts';
import { EventEmitter } from '../../../src/replica/page/model/event-emitter.ts';
import { GroupMetadataCollection } from '../../../src/replica/page/model/groups.ts';
import { Conn, Msg } from '../../../src/replica/page/model/models.ts';
import { createMsgKeyClass } from '../../../src/replica/page/model/msg-key.ts';
import { Lids, ProfilePicThumbCollection } from '../../../src/replica/page/model/people-models.ts';
import { Wid } from '../../../src/replica/page/model/wid.ts';

test('several event names in one string are separated by spaces', () => {
  const emitter = new EventEmitter();
  const heard = vi.fn();
  emitter.on('change:body change:caption', heard);
  emitter.trigger('change:caption', 1).trigger('change:body', 2).trigger('change', 3);
  expect(heard.mock.calls).toEqual([[1], [2]]);
});

test('once hears once, off takes one listener', () => {
  const emitter = new EventEmitter();
  const once = vi.fn();
  const gone = vi.fn();
  const stays = vi.fn();
  emitter.once('a', once).on('a', gone).on('a', stays).off('a', gone);
  emitter.trigger('a').trigger('a');
  expect([once, gone, stays].map((listener) => listener.mock.calls.length)).toEqual([1, 0, 2]);
});

test('setting attributes triggers change:<attribute> with model, new and old, then change', () => {
  const conn = new Conn({ ref: 'one' });
  const heard: unknown[] = [];
  conn.on('change:ref change', (model, now, old) => heard.push([model === conn, now, old]));
  conn.ref = 'two';
  conn.set({ ref: 'two' });
  expect(heard).toEqual([
    [true, 'two', 'one'],
    [true, undefined, undefined],
  ]);
});

test('serialize has the declared props with a value and nothing of the session', () => {
  const conn = new Conn({ ref: 'one', meReadyTriggered: true });
  expect(conn.serialize()).toEqual({ ref: 'one' });
});

test('a message is not starred until it is', () => {
  expect(new Msg({ id: 'a' }).serialize()).toEqual({ id: 'a', star: false });
  expect(new Msg({ id: 'a', star: true }).star).toBe(true);
});

test('a collection tells of add and remove, and of what its models tell', () => {
  const messages = new BaseCollection(Msg);
  const heard: string[] = [];
  for (const name of ['add', 'remove', 'change:ack']) {
    messages.on(name, (model, value) => heard.push(`${name} ${model.id} ${typeof value === 'number' ? value : ''}`));
  }
  const [msg] = messages.add({ id: 'a', ack: 0 });
  if (msg) msg.ack = 2;
  messages.remove('a');
  if (msg) msg.ack = 3;
  expect(heard).toEqual(['add a ', 'change:ack a 2', 'remove a ']);
  expect(messages.get('a')).toBeUndefined();
});

test('adding a model that is there changes it', () => {
  const models = new BaseCollection(BaseModel);
  models.add({ id: 'a', x: 1 });
  models.add({ id: 'a', x: 2 });
  expect(models.length).toBe(1);
  expect(models.get('a')?.get('x')).toBe(2);
});

test('a wid has its parts and its text, and JSON is the text', () => {
  const wid = new Wid('12025550101:3@s.whatsapp.net');
  expect(wid).toMatchObject({ user: '12025550101', server: 'c.us', device: 3, _serialized: '12025550101:3@c.us' });
  expect(JSON.stringify({ wid })).toBe('{"wid":"12025550101:3@c.us"}');
  expect(() => new Wid('nonsense')).toThrow('invalid wid');
});

test.each(['_serialized', '$1'] as const)('a message key keeps its text in %s', (field) => {
  const MsgKey = createMsgKeyClass(field);
  const remote = new Wid('12025550101@c.us');
  const key = new MsgKey({ from: new Wid('1@c.us'), to: remote, id: 'A', selfDir: 'out' });
  expect(Object.keys(key).filter((name) => /serialized|\$/.test(name))).toEqual([field]);
  expect(String(key)).toBe('true_12025550101@c.us_A');
  expect(MsgKey.fromString('true_12025550101@c.us_A').equals(key)).toBe(true);
});

test('a chat that the page does not have is found only on a page to which a library added findImpl', async () => {
  const chats = new ChatCollection(
    new ContactCollection(new Lids()),
    new MuteCollection(),
    new GroupMetadataCollection(),
  );
  const [ada, ben] = [new Wid('12025550101@c.us'), new Wid('12025550102@c.us')];
  const known = chats.ensure(ada);
  expect(await chats.find(ada)).toBe(known);
  await expect(chats.find(ben)).rejects.toThrow('findImpl is not a function');
  Object.assign(chats, { findImpl: async (id: Wid) => ({ id }) });
  expect((await chats.find(ben)).id).toEqual(ben);
  expect(chats.getModelsArray()).toHaveLength(2);
});

test('a picture is fetched once, and again after it has changed', async () => {
  const pictures = new ProfilePicThumbCollection();
  const ada = new Wid('12025550101@c.us');
  let eurl: string | undefined = 'one';
  pictures.fetch = async (id) => ({ id, eurl });
  pictures.mayChange = (id) => id.equals(ada);
  const picture = await pictures.find(ada);
  eurl = undefined;
  expect((await pictures.find(ada)).eurl).toBe('one');
  expect([picture.canSet(), picture.canDelete()]).toEqual([true, true]);
  picture.set({ stale: true });
  expect((await pictures.find(ada)).eurl).toBeUndefined();
  expect([picture.canSet(), picture.canDelete()]).toEqual([true, false]);
});
