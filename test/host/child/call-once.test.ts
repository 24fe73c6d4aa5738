import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Json, SingleCall } from '../../../src/contracts/host.ts';
import { callOnce } from '../../../src/host/child/call-once.ts';
import type { Library, LibraryClient } from '../../../src/host/child/library-types.ts';

class MessageMedia {
  readonly mimetype: string;
  readonly data: string;
  readonly filename: string | null;
  constructor(mimetype: string, data: string, filename: string | null = null) {
    this.mimetype = mimetype;
    this.data = data;
    this.filename = filename;
  }
}
class Message {
  readonly id: string;
  readonly _data = { secret: 'raw' };
  constructor(id: string) {
    this.id = id;
  }
  quoted(): Message {
    return new Message(`quoted by ${this.id}`);
  }
  fail(): never {
    throw new TypeError('x is not a function');
  }
}
class Client extends EventEmitter {
  getMessageById(id: string): Message | null {
    return id === 'known' ? new Message(id) : null;
  }
  getContactById(id: string): object {
    return { number: id };
  }
  echo(...given: unknown[]): unknown[] {
    return given;
  }
  answer(name: string): unknown {
    const circle: { self?: unknown; name: string } = { name: 'kept' };
    circle.self = circle;
    const same = { a: 1 };
    const answers: { [name: string]: unknown } = {
      circle,
      twice: [same, same],
      date: new Date(0),
      fields: {
        _private: 1,
        _serialized: 'id',
        run: () => 1,
        none: undefined,
        nothing: null,
        big: 2n,
        nan: Number.NaN,
      },
      file: [new MessageMedia('image/png', 'aGk=', 'a.png'), { media: new MessageMedia('text/plain', 'eW8=') }],
      set: new Set([1, 2]),
      nothing: undefined,
    };
    return answers[name];
  }
}

const library = { MessageMedia } as unknown as Library;
const call = ({ on = null, method, args = [] }: Partial<SingleCall> & { method: string }) =>
  callOnce({ on, method, args }, new Client() as unknown as LibraryClient, library);
const answerOf = async (name: string): Promise<Json | undefined> => {
  const answer = await call({ method: 'answer', args: [name] });
  return answer.end === 'answered' ? answer.value : undefined;
};

test('a method of an object is called by the id of the object, and the answer is plain data of a class', async () => {
  const on = { kind: 'message', id: 'known' } as const;
  expect(await call({ on, method: 'quoted' })).toEqual({
    end: 'answered',
    value: { id: 'quoted by known' },
    of: 'Message',
    media: [],
  });
});

test.each([
  ['an unknown object', { on: { kind: 'message', id: 'other' }, method: 'quoted' }, 'no-object'],
  [
    'an unknown object as an argument',
    { method: 'echo', args: [{ $find: { kind: 'message', id: 'x' } }] },
    'no-object',
  ],
  ['objects that this version cannot find', { on: { kind: 'chat', id: '1@c.us' }, method: 'archive' }, 'no-object'],
  ['a method that the object does not have', { on: { kind: 'message', id: 'known' }, method: 'pin' }, 'no-method'],
  ['a method that throws', { on: { kind: 'message', id: 'known' }, method: 'fail' }, 'threw'],
  ['a class that the version does not export', { method: 'echo', args: [{ $new: 'Poll', args: [] }] }, 'threw'],
] as const)('%s: the call ends as %3$s', async (_, given, end) => {
  expect(await call(given as unknown as SingleCall)).toMatchObject({ end });
});

test('arguments are made of their JSON forms, however deep they lie', async () => {
  const contact = { $find: { kind: 'contact', id: '1@c.us' } } as const;
  const answer = await call({ method: 'echo', args: [{ mentions: [contact], since: { $date: 0 } }, 'text', null] });
  expect(answer).toMatchObject({
    value: [{ mentions: [{ number: '1@c.us' }], since: '1970-01-01T00:00:00.000Z' }, 'text', null],
  });
});

test.each<[string, Json]>([
  ['circle', { name: 'kept' }],
  ['twice', [{ a: 1 }, { a: 1 }]],
  ['date', '1970-01-01T00:00:00.000Z'],
  ['fields', { _serialized: 'id', nothing: null, big: '2', nan: null }],
  ['set', [1, 2]],
  ['nothing', null],
])('an answer as plain data: %s', async (name, expected) => {
  expect(await answerOf(name)).toEqual(expected);
});

test('media of an answer are beside it, each at its place', async () => {
  const answer = await call({ method: 'answer', args: ['file'] });
  expect(answer).toMatchObject({
    value: [{ $media: 0 }, { media: { $media: 1 } }],
    media: [
      { mimetype: 'image/png', filename: 'a.png', data: 'aGk=' },
      { mimetype: 'text/plain', filename: null, data: 'eW8=' },
    ],
  });
});
