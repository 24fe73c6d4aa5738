import { expect, test } from 'vitest';
import type { HostCalls, LibraryValue } from '../../src/contracts/host.ts';
import { Finding, noEffect } from '../../src/runner/finding.ts';
import { CallCounter } from '../../src/runner/method-calls.ts';
import { EventTrials, MethodTrials, ReplicaGaps } from '../../src/runner/trials.ts';

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
  const gaps = new ReplicaGaps();
  const trials = new MethodTrials('/nowhere', gaps, counter);
  return { trials, gaps, call: (method: string) => call({ on: 1, method, args: [] }) };
}

async function resultOf(work: (gaps: ReplicaGaps) => Promise<void> | void) {
  const { trials, gaps, call } = trialsOn();
  await trials.run('Chat.mute', async () => {
    await call('mute');
    return work(gaps);
  });
  return trials.with([])[0];
}

test.each([
  ['works', () => {}],
  ['failed', () => Promise.reject(new Error('no such chat'))],
  ['no-effect', () => Promise.reject(noEffect('the chat is muted'))],
  ['not-modelled', (gaps: ReplicaGaps) => gaps.see('stub-called', { module: 'WAWebCmd', export: 'Cmd.mute' })],
  // A library may swallow the error of a stub: its success would be a false one.
  [
    'not-modelled',
    (gaps: ReplicaGaps) => {
      gaps.see('stub-called', { module: 'WAWebCmd', export: 'Cmd.mute' });
      throw new Error('something else');
    },
  ],
  ['not-modelled', () => Promise.reject(new Error('replica: WAWebCmd.mute is only a name here'))],
  ['not-modelled', (gaps: ReplicaGaps) => gaps.see('bad-frame', { message: 'what' })],
  [
    'not-modelled',
    (gaps: ReplicaGaps) => {
      gaps.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'newField' });
      throw new TypeError("Cannot read properties of undefined (reading 'newField')");
    },
  ],
  [
    'failed',
    (gaps: ReplicaGaps) => {
      gaps.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'newField' });
      throw new TypeError('something else');
    },
  ],
  ['works', (gaps: ReplicaGaps) => gaps.see('message-from-page', { id: '1' })],
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
  const { trials, gaps, call } = trialsOn();
  await trials.run('Chat.mute', async () => {
    await call('mute');
    gaps.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'id' });
    throw new TypeError('invalid width');
  });
  expect(trials.with([])).toMatchObject([{ result: 'failed' }]);
});

test.each([
  'no chat\n    at Client.act (file:///x/Client.js:1:2)',
  'no chat\nMessaging.markSeen (https://web.whatsapp.com/static/app.js:6210:32)\n    at x (y)',
  'no chat\npptr:evaluate;Binding (x)',
])('what went wrong has no frames of a stack: %j', async (message) => {
  const { trials, call } = trialsOn({ mute: rejects(message) });
  await trials.run('Chat.mute', async () => void (await call('mute')));
  expect(trials.with([])).toMatchObject([{ result: 'failed', why: 'no chat' }]);
});

test('what a stub said in one trial is not held against the next one', async () => {
  const { trials, gaps } = trialsOn();
  await trials.run('Chat.pin', async () => gaps.see('stub-called', { module: 'M', export: 'e' }));
  await trials.run('Chat.mute', async () => {});
  expect(trials.with([]).map(({ result }) => result)).toEqual(['not-modelled', 'works']);
});

test.each(['limit-reached', 'lease-lost', 'harness-error', 'interrupted', 'page-load-failed'] as const)(
  '%s ends the attempt as itself, and is the result of no method and no event',
  async (code) => {
    const { trials } = trialsOn();
    const ended = new Finding(code, 'no more messages today');
    await expect(trials.run('Chat.mute', () => Promise.reject(ended))).rejects.toBe(ended);
    expect(trials.with([])).toEqual([]);
    const events = new EventTrials('/nowhere', new ReplicaGaps());
    await expect(events.run('qr', () => Promise.reject(ended))).rejects.toBe(ended);
  },
);

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

test('an event that came was not ruled out, and one that did not come ends the attempt', async () => {
  const events = new EventTrials('/nowhere', new ReplicaGaps());
  await events.run('message', async () => {});
  events.ruleOut('change_battery', 'impossible', 'phones do not report it');
  events.ruleOut('call', 'not-modelled', 'never');
  events.see('client:call');
  events.end();
  await events.run('qr', () => Promise.reject(new Error('it did not come')));
  expect(events.results).toEqual([
    { name: 'message', result: 'came' },
    { name: 'change_battery', result: 'impossible', why: 'phones do not report it' },
    { name: 'call', result: 'came' },
    { name: 'qr', result: 'missing', why: 'it did not come' },
  ]);
  expect(() => events.end()).toThrow('1 of 4 events did not come: qr');
});

test('a version that lists nothing to try does not pass', async () => {
  const { trials } = trialsOn();
  trials.leaveOut(['Client.setStatus']);
  expect(() => trials.end()).toThrow('the version lists no method that this flow can try');
  const works = trialsOn();
  await works.trials.run('Chat.mute', async () => void (await works.call('mute')));
  expect(() => works.trials.end()).not.toThrow();
  expect(() => new EventTrials('/nowhere', new ReplicaGaps()).end()).toThrow('lists no event');
});
