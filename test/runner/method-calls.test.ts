import { expect, test } from 'vitest';
import { CallCounter } from '../../src/runner/method-calls.ts';

test('methods of the library are counted, failed calls apart, in the sequence of their first calls', async () => {
  const timed: string[] = [];
  const counter = new CallCounter((name, ms) => void (ms >= 0 && timed.push(name)));
  const calls = counter.counting({
    sendText: async (_, body) => {
      if (body === 'bad') throw new Error('no');
      return body;
    },
    call: async ({ method }) => {
      if (method === 'mute') throw new Error('no');
      return { value: true, of: null, ref: null, entries: [] };
    },
    ownerOf: async (on) => (on === null ? null : 'Chat'),
    requestCode: async () => {},
    logout: async () => {},
    destroy: async () => {},
  });
  expect(await calls.sendText('1@c.us', 'good')).toBe('good');
  await calls.destroy();
  await expect(calls.sendText('1@c.us', 'bad')).rejects.toThrow('no');
  await calls.call({ on: 1, method: 'archive', args: [] });
  await expect(calls.call({ on: 1, method: 'mute', args: [] })).rejects.toThrow('no');
  await calls.call({ on: null, method: 'getChats', args: [] });
  expect(timed).toEqual(['Client.sendMessage', 'Client.destroy', 'Chat.archive', 'Client.getChats']);
  expect(counter.methods).toEqual([
    { name: 'Client.sendMessage', calls: 2, failed: 1 },
    { name: 'Client.destroy', calls: 1, failed: 0 },
    { name: 'Chat.archive', calls: 1, failed: 0 },
    { name: 'Chat.mute', calls: 1, failed: 1 },
    { name: 'Client.getChats', calls: 1, failed: 0 },
  ]);
});
