import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LibraryObjects } from '../../../src/host/child/library-objects.ts';
import type { Library, LibraryClient } from '../../../src/host/child/library-types.ts';

class Chat {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
  archive(): boolean {
    return true;
  }
  same(other: unknown): boolean {
    return other === this;
  }
}
class GroupChat extends Chat {
  leave(): undefined {}
}
class Location {
  readonly place: unknown[];
  constructor(...place: unknown[]) {
    this.place = place;
  }
}
class Client extends EventEmitter {
  readonly group = new GroupChat('1@g.us');
  getChats(): Chat[] {
    return [this.group, new Chat('2@c.us')];
  }
  echo(...given: unknown[]): unknown[] {
    return given;
  }
  circle(): object {
    const circle: { self?: object } = {};
    circle.self = circle;
    return circle;
  }
}

function objectsOf(client = new Client()) {
  const failed: string[] = [];
  const objects = new LibraryObjects(({ type }) => void failed.push(type));
  objects.use(client as unknown as LibraryClient, { Location } as unknown as Library);
  return { objects, client, failed };
}
const call = (objects: LibraryObjects, method: string, ...args: never[]) => objects.call({ on: null, method, args });

test('an object of an answer can be called and given, and is the same each time', async () => {
  const { objects } = objectsOf();
  const chats = await call(objects, 'getChats');
  expect(chats).toMatchObject({ value: [{ id: '1@g.us' }, { id: '2@c.us' }], of: null });
  expect(chats.entries.map((entry) => entry.of)).toEqual(['GroupChat', 'Chat']);
  const on = chats.entries[0]?.ref as number;
  expect((await objects.call({ on, method: 'archive', args: [] })).value).toBe(true);
  expect((await objects.call({ on, method: 'same', args: [{ $ref: on }] })).value).toBe(true);
  expect((await call(objects, 'getChats')).entries[0]?.ref).toBe(on);
});

test('instances and dates are made where the library is', async () => {
  const { objects, client } = objectsOf();
  client.echo = (...given) => given.map((each) => (each instanceof Location ? each.place : each instanceof Date));
  const args = [{ $new: 'Location', args: [1, { $date: 0 }] }, { $date: 5 }, { nested: [1] }] as never[];
  expect((await call(objects, 'echo', ...args)).value).toEqual([[1, '1970-01-01T00:00:00.000Z'], true, false]);
});

test('the class that declares a method is its owner', () => {
  const { objects } = objectsOf();
  expect(objects.ownerOf(null, 'getChats')).toBe('Client');
  expect(objects.ownerOf(null, 'noSuchMethod')).toBeNull();
});

test('a call that the library refuses is reported with its stack, one that the caller got wrong is not', async () => {
  const { objects, client, failed } = objectsOf();
  client.echo = () => {
    throw new Error('no');
  };
  await expect(call(objects, 'echo')).rejects.toThrow('no');
  await expect(call(objects, 'noSuchMethod')).rejects.toThrow('has no method');
  expect(failed).toEqual(['host:call-failed']);
});

test('what cannot be called says so', async () => {
  const { objects } = objectsOf();
  await expect(call(objects, 'noSuchMethod')).rejects.toThrow('Client of this version has no method noSuchMethod()');
  await expect(call(objects, 'echo', ...([{ $new: 'Nothing', args: [] }] as never[]))).rejects.toThrow(
    'exports no class Nothing',
  );
  await expect(objects.call({ on: 99, method: 'x', args: [] })).rejects.toThrow('there is no object 99');
  expect((await call(objects, 'circle')).value).toBeNull();
});

test('an event is returned once, also when it came before the question', async () => {
  const { objects, client } = objectsOf();
  client.emit('message', { body: 'one', from: 'a' });
  client.emit('message', { body: 'two', from: 'a' });
  expect((await objects.event('message', { body: 'two' }, 1_000))[0]?.value).toEqual({ body: 'two', from: 'a' });
  expect((await objects.event('message', { from: 'a' }, 1_000))[0]?.value).toEqual({ body: 'one', from: 'a' });
  const later = objects.event('message', null, 1_000);
  client.emit('message', { body: 'three' });
  expect((await later)[0]?.value).toEqual({ body: 'three' });
});

test('a question that nothing answered in time takes no later event from the next one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { objects, client } = objectsOf();
  const unanswered = expect(objects.event('message', null, 1_000)).rejects.toThrow('did not come within 1000 ms');
  await vi.advanceTimersByTimeAsync(1_000);
  await unanswered;
  client.emit('message', { body: 'late' });
  expect((await objects.event('message', null, 1_000))[0]?.value).toEqual({ body: 'late' });
  expect(vi.getTimerCount()).toBe(0);
});

test('of a client that is never asked only the last events are kept', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { objects, client } = objectsOf();
  client.emit('message', { body: 'old' });
  await vi.advanceTimersByTimeAsync(9_000);
  client.emit('message', { body: 'young' });
  await vi.advanceTimersByTimeAsync(4_000);
  expect((await objects.event('message', null, 1_000))[0]?.value).toEqual({ body: 'young' });
});
