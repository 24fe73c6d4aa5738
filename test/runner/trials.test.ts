import { expect, test } from 'vitest';
import type { HostCalls, LibraryValue } from '../../src/contracts/host.ts';
import { noEffect } from '../../src/runner/finding.ts';
import { CallCounter } from '../../src/runner/method-calls.ts';
import { Trials } from '../../src/runner/trials.ts';

const answer: LibraryValue = { value: true, of: null, ref: null, entries: [] };

/** Trials on a library whose calls do what `does` says, by name, and else answer. */
function trialsOn(does: Record<string, () => Promise<LibraryValue>> = {}) {
  const counter = new CallCounter();
  const unused = () => Promise.reject(new Error('unused'));
  const { call } = counter.counting({
    call: async ({ method }) => (does[method] ?? (async () => answer))(),
    ownerOf: async () => 'Chat',
    sendText: unused,
    requestCode: unused,
    logout: unused,
    destroy: unused,
  } satisfies Pick<HostCalls, 'call' | 'ownerOf' | 'sendText' | 'requestCode' | 'logout' | 'destroy'>);
  const trials = new Trials('/nowhere', counter);
  return { trials, call: (method: string) => call({ on: 1, method, args: [] }) };
}

async function resultOf(work: (trials: Trials) => Promise<void> | void) {
  const { trials, call } = trialsOn();
  await trials.run('Chat.mute', async () => {
    await call('mute');
    return work(trials);
  });
  return trials.with([])[0];
}

test.each([
  ['works', () => {}],
  ['failed', () => Promise.reject(new Error('no such chat'))],
  ['no-effect', () => Promise.reject(noEffect('the chat is muted'))],
  ['not-modelled', (trials: Trials) => trials.see('stub-called', { module: 'WAWebCmd', export: 'Cmd.mute' })],
  // A library may swallow the error of a stub: its success would be a false one.
  [
    'not-modelled',
    (trials: Trials) => {
      trials.see('stub-called', { module: 'WAWebCmd', export: 'Cmd.mute' });
      throw new Error('something else');
    },
  ],
  ['not-modelled', () => Promise.reject(new Error('replica: WAWebCmd.mute is only a name here'))],
  ['not-modelled', (trials: Trials) => trials.see('bad-frame', { message: 'what' })],
  [
    'not-modelled',
    (trials: Trials) => {
      trials.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'newField' });
      throw new TypeError("Cannot read properties of undefined (reading 'newField')");
    },
  ],
  [
    'failed',
    (trials: Trials) => {
      trials.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'newField' });
      throw new TypeError('something else');
    },
  ],
  ['works', (trials: Trials) => trials.see('message-from-page', { id: '1' })],
] as const)('%s', async (result, work) => {
  expect(await resultOf(work)).toMatchObject({ name: 'Chat.mute', result });
});

const rejects = (why: string) => () => Promise.reject(new Error(why));
const isMissing = () => {
  throw noEffect('the chat is muted on the phone');
};
type Call = ReturnType<typeof trialsOn>['call'];

test.each<[string, Record<string, () => Promise<LibraryValue>>, (call: Call) => Promise<unknown>, object]>([
  ['the method itself', { mute: rejects('no') }, (call) => call('mute'), { result: 'failed', why: 'no' }],
  ['its effect', {}, (call) => call('mute').then(isMissing), { result: 'no-effect' }],
  [
    'a method before it',
    { open: rejects('no chat') },
    (call) => call('open').then(() => call('mute')),
    { result: 'not-tried', why: 'Chat.open failed before it: no chat' },
  ],
  [
    'the effect of a method before it',
    {},
    (call) =>
      call('open')
        .then(isMissing)
        .then(() => call('mute')),
    { result: 'not-tried', why: expect.stringMatching(/^it was not called: .*muted on the phone$/) },
  ],
  [
    'a method after it',
    { close: rejects('no chat') },
    (call) => call('mute').then(() => call('close')),
    { result: 'not-tried', why: 'Chat.close failed after it: no chat' },
  ],
  [
    'a method that never answers before it',
    { open: () => new Promise(() => {}) },
    (call) => {
      void call('open');
      return new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 5));
    },
    { result: 'not-tried', why: 'Chat.open failed before it: late' },
  ],
  [
    'the method, which another one worked before',
    { mute: rejects('no') },
    (call) => call('open').then(() => call('mute')),
    { result: 'failed', why: 'no' },
  ],
])(
  'a trial that %s ends is held against the method only where the method is to blame',
  async (_, does, work, result) => {
    const { trials, call } = trialsOn(does);
    await trials.run('Chat.mute', async () => void (await work(call)));
    expect(trials.with([])).toMatchObject([result]);
  },
);

test('a call of the trial before does not count as one of the next', async () => {
  const { trials, call } = trialsOn();
  await trials.run('Chat.mute', async () => void (await call('mute')));
  await trials.run('Chat.mute', () => Promise.reject(new Error('no')));
  expect(trials.with([])).toMatchObject([{ result: 'not-tried', why: 'it was not called: no' }]);
});

test('a member whose name is a part of another word does not excuse a failure', async () => {
  const { trials, call } = trialsOn();
  await trials.run('Chat.mute', async () => {
    await call('mute');
    trials.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'id' });
    throw new TypeError('invalid width');
  });
  expect(trials.with([])).toMatchObject([{ result: 'failed' }]);
});

test('what a stub said in one trial is not held against the next one', async () => {
  const { trials } = trialsOn();
  await trials.run('Chat.pin', async () => trials.see('stub-called', { module: 'M', export: 'e' }));
  await trials.run('Chat.mute', async () => {});
  expect(trials.with([]).map(({ result }) => result)).toEqual(['not-modelled', 'works']);
});

test('no effect ends the attempt before a failure does, and a failure before what could not be tried; each is named', async () => {
  const { trials, call } = trialsOn({ pin: rejects('no') });
  await trials.run('Chat.open', () => Promise.reject(new Error('no')));
  expect(() => trials.end()).toThrow('1 of 1 methods could not be tried: Chat.open');
  await trials.run('Chat.pin', async () => void (await call('pin')));
  expect(() => trials.end()).toThrow('1 of 2 methods failed: Chat.pin');
  await trials.run('Chat.mute', () => call('mute').then(isMissing));
  expect(() => trials.end()).toThrow('1 of 3 methods had no effect: Chat.mute');
});

test('methods that work, are not modelled or were left out end no attempt', async () => {
  const { trials } = trialsOn();
  await trials.run('Chat.pin', async () => {});
  trials.leaveOut(['Chat.mute']);
  trials.end();
  expect(trials.with([{ name: 'Chat.pin', calls: 2, failed: 0 }])).toEqual([
    { name: 'Chat.pin', calls: 2, failed: 0, result: 'works' },
    { name: 'Chat.mute', calls: 0, failed: 0, result: 'not-tried' },
  ]);
});
