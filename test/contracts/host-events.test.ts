import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HostEvent, readHostEvent, recordedType, type Untimed } from '../../src/contracts/host-events.ts';
import { describeEvent } from '../../src/host/child/describe-event.ts';
import { plainError, plainValue } from '../../src/host/child/plain-value.ts';

const time = { at: 5 };

describe('an event of a host', () => {
  test.each([
    ['a misspelt name', { ...time, type: 'client:authenticatd', detail: null }],
    ['a detail of another shape', { ...time, type: 'host:error', detail: { message: 'x' } }],
    ['a detail with a field too many', { ...time, type: 'page:loaded', detail: { url: 'x', build: 1 } }],
    [
      'a secret of another shape',
      { ...time, type: 'client:qr', detail: { length: 1, fields: 1, sha256: '' }, secret: 1 },
    ],
    ['no secret', { ...time, type: 'client:code', detail: { length: 8 } }],
  ])('with %s is evidence that it cannot be read', (_, sent) => {
    const event = readHostEvent(sent, 7);
    expect(event).toMatchObject({ at: 5, type: 'host:unreadable-event' });
    expect(event.detail).toMatchObject({ said: expect.stringContaining(sent.type), why: expect.stringMatching(/\S/) });
  });

  test('that cannot be read shows no secret and has the time at which it was read where it says none', () => {
    const event = readHostEvent({ type: 'client:qrs', secret: 'toy-adv-secret', detail: { length: 3 } }, 7);
    expect(event).toMatchObject({ at: 7, detail: { said: '{"type":"client:qrs","detail":{"length":3}}' } });
    expect(JSON.stringify(event)).not.toContain('toy-adv-secret');
  });

  test('is read or shown as unreadable, whatever was sent', () => {
    fc.assert(
      fc.property(fc.anything(), (sent) => {
        const event = readHostEvent(sent, 7);
        expect(event.type).toBe('host:unreadable-event');
        expect(readHostEvent(event, 0)).toEqual(event);
      }),
    );
  });

  test.each([
    ['undefined', undefined],
    ['a function', () => {}],
    ['a circle', circle()],
    ['a big number', 10n],
  ])('that is %s is shown as unreadable', (_, sent) => {
    expect(readHostEvent(sent, 7)).toMatchObject({ at: 7, type: 'host:unreadable-event' });
  });
});

function circle(): object {
  const self: Record<string, unknown> = {};
  self.self = self;
  return self;
}

describe('an event of the library', () => {
  const names = [
    ...['qr', 'code', 'message', 'message_create', 'message_ack', 'message_ciphertext', 'change_state'],
    ...['disconnected', 'loading_screen', 'auth_failure', 'authenticated', 'ready', 'remote_session_saved', 'call'],
  ];

  test('can be read whatever its arguments are, and is recorded under its name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(fc.anything(), { maxLength: 3 }), (name, args) => {
        const event = readHostEvent(structuredClone({ ...time, ...describeEvent(name, args) }), 0);
        expect(event.type).not.toBe('host:unreadable-event');
        expect(recordedType(event)).toBe(`client:${name}`);
      }),
    );
  });

  test('with a message whose id has no text keeps the fields of the id, and no number of it', () => {
    const id = { fromMe: false, remote: '15550100123@c.us', $1: 'false_15550100123@c.us_A' };
    const { detail } = describeEvent('message', [{ id, body: 'private words', type: 'chat' }]);
    expect(detail).toMatchObject({ idType: 'undefined', idFields: ['fromMe', 'remote', '$1'], bodyLength: 13 });
    expect(JSON.stringify(detail)).not.toMatch(/15550100123|private words/);
  });

  test('with a message whose id is no text shows what it is', () => {
    const event = describeEvent('message', [{ id: { _serialized: { user: 'a' }, fromMe: false } }]);
    expect(event).toMatchObject({ secret: { id: { typeof: 'object', text: '{"user":"a"}' } } });
  });
});

test('a misspelt event, a detail of another shape and a missing secret do not compile', () => {
  const wrong: Untimed[] = [
    // @ts-expect-error a misspelt name
    { type: 'client:authenticatd', detail: null },
    // @ts-expect-error a detail of another event
    { type: 'page:loaded', detail: null },
    // @ts-expect-error a detail with a field too many
    { type: 'page:loaded', detail: { url: 'x', build: '2.3000.1' } },
    // @ts-expect-error a secret of another shape
    { type: 'client:qr', detail: { length: 1, fields: 1, sha256: '' }, secret: 1 },
    // @ts-expect-error no secret
    { type: 'host:code', detail: { length: 8 } },
  ];
  // @ts-expect-error a name that no event has
  const isMisspelt = (event: HostEvent) => event.type === 'client:redy';
  for (const event of wrong) {
    expect(readHostEvent({ ...time, ...event }, 0).type).toBe('host:unreadable-event');
    expect(isMisspelt({ ...time, ...event } as HostEvent)).toBe(false);
  }
});

describe('a value of the library', () => {
  test.each([
    ['text', 'text'],
    [1.5, 1.5],
    [true, true],
    [null, null],
    [undefined, undefined],
    [Number.NaN, { typeof: 'number', text: 'NaN' }],
    [10n, { typeof: 'bigint', text: '10' }],
    [{ a: 1 }, { typeof: 'object', text: '{"a":1}' }],
    [circle(), { typeof: 'object', text: '' }],
    ['x'.repeat(3_000), 'x'.repeat(3_000)],
    [['x'.repeat(3_000)], { typeof: 'object', text: `["${'x'.repeat(1_998)}` }],
  ])('%o is sent as %o', (value, sent) => {
    expect(plainValue(value)).toEqual(sent);
  });
});

test('anything that is thrown has a message and a stack', () => {
  expect(plainError('auth timeout')).toEqual({ message: 'auth timeout', stack: '' });
  const error = new Error('Evaluation failed\n    at x:1');
  error.stack = '';
  expect(plainError(error)).toEqual({ message: 'Evaluation failed', stack: 'Evaluation failed\n    at x:1' });
});
