import { expect, test } from 'vitest';
import { noEffect } from '../../src/runner/finding.ts';
import { Trials } from '../../src/runner/trials.ts';

async function resultOf(work: (trials: Trials) => Promise<void> | void) {
  const trials = new Trials('/nowhere');
  await trials.run('Chat.mute', async () => work(trials));
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

test('a member whose name is a part of another word does not excuse a failure', async () => {
  const trials = new Trials('/nowhere');
  await trials.run('Chat.mute', async () => {
    trials.see('stub-read', { module: 'WAWebChatModel', export: 'Chat', member: 'id' });
    throw new TypeError('invalid width');
  });
  expect(trials.with([])).toMatchObject([{ result: 'failed' }]);
});

test('what a stub said in one trial is not held against the next one', async () => {
  const trials = new Trials('/nowhere');
  await trials.run('Chat.pin', async () => trials.see('stub-called', { module: 'M', export: 'e' }));
  await trials.run('Chat.mute', async () => {});
  expect(trials.with([]).map(({ result }) => result)).toEqual(['not-modelled', 'works']);
});

test('a success without an effect ends the attempt before a failure does, and both are named', async () => {
  const trials = new Trials('/nowhere');
  await trials.run('Chat.pin', () => Promise.reject(new Error('no')));
  expect(() => trials.end()).toThrow('1 of 1 methods failed: Chat.pin');
  await trials.run('Chat.mute', () => Promise.reject(noEffect('it is muted')));
  expect(() => trials.end()).toThrow('1 of 2 methods had no effect: Chat.mute');
});

test('methods that work, are not modelled or were left out end no attempt', async () => {
  const trials = new Trials('/nowhere');
  await trials.run('Chat.pin', async () => {});
  trials.leaveOut(['Chat.mute']);
  trials.end();
  expect(trials.with([{ name: 'Chat.pin', calls: 2, failed: 0 }])).toEqual([
    { name: 'Chat.pin', calls: 2, failed: 0, result: 'works' },
    { name: 'Chat.mute', calls: 0, failed: 0, result: 'not-tried' },
  ]);
});
