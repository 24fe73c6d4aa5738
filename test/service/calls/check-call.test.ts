import { expect, test } from 'vitest';
import {
  type CallBody,
  libraryCallSchema,
  type MethodRules,
  methodRulesSchema,
} from '../../../src/contracts/service-calls.ts';
import { checkCall, mayUse } from '../../../src/service/calls/check-call.ts';
import { definitionsOf } from '../../support/definitions-of.ts';

const newest = definitionsOf('1.34.7');
const download = async (url: URL) => ({ mimetype: 'image/png', data: Buffer.from(url.href).toString('base64') });
const check = (body: Partial<CallBody> & { method: string }, definitions = newest, rules: MethodRules | null = null) =>
  checkCall(libraryCallSchema.parse(body), { definitions, download, rules }).then(({ call }) => call);

test('a call of the client has its arguments as they are', async () => {
  expect(await check({ method: 'sendMessage', args: ['1@c.us', 'hello', { linkPreview: false }] })).toEqual({
    on: null,
    method: 'sendMessage',
    args: ['1@c.us', 'hello', { linkPreview: false }],
  });
});

test('each form of an argument becomes what the host makes an object of', async () => {
  const media = { mimetype: 'text/plain', data: 'aGk=', filename: 'a.txt' };
  const { args } = await check({
    method: 'sendMessage',
    args: [
      '1@c.us',
      { $new: 'ScheduledEvent', args: ['party', { $date: '2026-11-29T00:00:00Z' }] },
      {
        media: { $media: media },
        other: { $media: { url: 'https://example.org/a.png' } },
        who: { $contact: '2@c.us' },
      },
    ],
  });
  const bytes = Buffer.from('https://example.org/a.png').toString('base64');
  expect(args).toEqual([
    '1@c.us',
    { $new: 'ScheduledEvent', args: ['party', { $date: Date.parse('2026-11-29T00:00:00Z') }] },
    {
      media: { $new: 'MessageMedia', args: ['text/plain', 'aGk=', 'a.txt'] },
      other: { $new: 'MessageMedia', args: ['image/png', bytes, null] },
      who: { $find: { kind: 'contact', id: '2@c.us' } },
    },
  ]);
});

test('a call may name ten files by their address, wherever they lie, and no more are downloaded', async () => {
  const downloaded: URL[] = [];
  const counted = (url: URL) => {
    downloaded.push(url);
    return download(url);
  };
  const callWith = (count: number) => {
    const files = Array.from({ length: count }, (_, at) => [{ $media: { url: `https://example.org/${at}` } }]);
    const body = libraryCallSchema.parse({ method: 'sendMessage', args: ['1@c.us', 'hello', { files }] });
    return checkCall(body, { definitions: newest, download: counted, rules: null });
  };
  await callWith(10);
  expect(downloaded).toHaveLength(10);
  await expect(callWith(1_000)).rejects.toMatchObject({
    code: 'arguments-wrong',
    message: expect.stringMatching(/10 files/),
  });
  expect(downloaded).toHaveLength(20);
});

test.each([
  ['archive', []],
  ['addParticipants', [['2@c.us']]],
  ['getSubscribers', [10]],
])('a chat, a group and a channel are asked in the same way: %s', async (method, args) => {
  const on = { kind: 'chat', id: '1@g.us' };
  expect(await check({ on: { chat: '1@g.us' }, method, args })).toEqual({ on, method, args });
});

test.each([
  ['initialize', 'restore'],
  ['destroy', 'restore'],
  ['logout', 'logout'],
  ['inject', 'restore'],
  ['resetState', 'restore'],
  ['requestPairingCode', 'pairing'],
])('%s is refused, and the answer names what to use', async (method, word) => {
  await expect(check({ method })).rejects.toMatchObject({
    code: 'method-refused',
    message: expect.stringContaining(word),
  });
});

test.each([
  ['constructor', {}],
  ['toString', {}],
  ['hasOwnProperty', {}],
  ['emit', {}],
  ['on', {}],
  ['pupPage', {}],
  ['reply', {}],
  ['sendMessage', { on: { message: 'true_1@c.us_A' } }],
  ['fromFilePath', {}],
] as const)('%s is no public method of the object: %j', async (method, given) => {
  await expect(check({ method, ...given })).rejects.toMatchObject({ code: 'method-unknown' });
});

test.each<[string, CallBody['args']]>([
  ['too few', ['1@c.us']],
  ['too many', ['1@c.us', 'a', {}, 'more']],
  ['a number for a text', [1, 'a']],
  ['a client to make', ['1@c.us', { $new: 'Client', args: [{}] }]],
  ['a login to make', ['1@c.us', { $new: 'LocalAuth', args: [] }]],
  ['a class that is none', ['1@c.us', { $new: 'Object', args: [] }]],
  ['a class with too few arguments', ['1@c.us', { $new: 'Poll', args: [] }]],
  ['an object of an earlier answer', ['1@c.us', { $ref: 1 }]],
  ['an object to find by its kind', ['1@c.us', { $find: { kind: 'chat', id: '1' } }]],
  ['a form with more keys', ['1@c.us', { $date: '2026-11-29T00:00:00Z', more: 1 }]],
  ['a file of this machine', ['1@c.us', { $media: { url: 'file:///etc/passwd' } }]],
  ['bytes that are no base64', ['1@c.us', { $media: { mimetype: 'a/b', data: '!' } }]],
])('wrong arguments are found before the library is asked: %s', async (_, args) => {
  await expect(check({ method: 'sendMessage', args })).rejects.toMatchObject({ code: 'arguments-wrong' });
});

test('arguments that lie too deep are refused', async () => {
  let deep: unknown = 'end';
  for (let i = 0; i < 100; i++) deep = [deep];
  await expect(check({ method: 'sendMessage', args: ['1@c.us', deep] })).rejects.toMatchObject({
    code: 'arguments-wrong',
  });
});

test('what counts is the version that hosts the account', async () => {
  const call = { method: 'addOrRemoveLabels', args: [[], []] };
  expect(await check(call)).toMatchObject({ method: 'addOrRemoveLabels' });
  await expect(check({ method: 'getContactLidAndPhone', args: [[]] }, definitionsOf('1.24.0'))).rejects.toMatchObject({
    code: 'method-unknown',
  });
});

test.each<[MethodRules, boolean]>([
  [{}, true],
  [{ allow: ['Client.sendMessage'] }, true],
  [{ allow: ['Client.*'] }, true],
  [{ allow: ['Message.*', 'Client.getChats'] }, false],
  [{ allow: [] }, false],
  [{ deny: ['Client.sendMessage'] }, false],
  [{ deny: ['Chat.*'] }, true],
  [{ allow: ['Client.*'], deny: ['Client.sendMessage'] }, false],
])('a key with the rules %j may send: %s', async (rules, isAllowed) => {
  const sent = check({ method: 'sendMessage', args: ['1@c.us', 'a'] }, newest, rules);
  if (isAllowed) await sent;
  else await expect(sent).rejects.toMatchObject({ code: 'method-forbidden' });
});

test.each<[Partial<CallBody> & { method: string }, string[]]>([
  [{ method: 'getChatById', args: ['1@c.us'] }, []],
  [{ method: 'getChatById', args: ['15550100999'] }, ['args.0 (chatId)']],
  [{ method: 'sendMessage', args: ['no id', 'hello'] }, ['args.0 (chatId)']],
  [{ method: 'sendMessage', args: ['1@lid', 'hello'] }, []],
  [{ method: 'addParticipants', on: { chat: '1@g.us' }, args: [['1@c.us', '2']] }, ['args.0 (participantIds)']],
  [{ method: 'reply', on: { message: 'NONE' }, args: ['hello'] }, ['on.message']],
  [{ method: 'reply', on: { message: 'true_1@c.us_A' }, args: ['hello'] }, []],
  [{ method: 'getLabelById', args: ['1'] }, []],
])('where an id has to stand and none does is known: %j', async (body, expected) => {
  const checked = await checkCall(libraryCallSchema.parse(body), { definitions: newest, download, rules: null });
  expect(checked.noIds).toEqual(expected);
});

test.each<[MethodRules | null, boolean]>([
  [null, true],
  [{}, true],
  [{ allow: ['event.message'] }, true],
  [{ allow: ['event.*'] }, true],
  [{ allow: ['Client.sendMessage'] }, false],
  [{ deny: ['event.message'] }, false],
  [{ deny: ['Message.*'] }, true],
  [{ allow: ['event.*'], deny: ['event.message'] }, false],
])('a key with the rules %j may follow messages: %s', (rules, isAllowed) => {
  if (rules) methodRulesSchema.parse(rules);
  expect(mayUse(rules, 'event', 'message')).toBe(isAllowed);
});
