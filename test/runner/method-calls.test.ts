import { expect, test } from 'vitest';
import { CallCounter } from '../../src/runner/method-calls.ts';

test('methods of the library are counted, failed calls apart, in the sequence of their first calls', async () => {
  const counter = new CallCounter();
  const calls = counter.counting({
    sendText: async (_, body) => {
      if (body === 'bad') throw new Error('no');
      return body;
    },
    requestCode: async () => {},
    logout: async () => {},
    destroy: async () => {},
  });
  expect(await calls.sendText('1@c.us', 'good')).toBe('good');
  await calls.destroy();
  await expect(calls.sendText('1@c.us', 'bad')).rejects.toThrow('no');
  expect(counter.methods).toEqual([
    { name: 'Client.sendMessage', calls: 2, failed: 1 },
    { name: 'Client.destroy', calls: 1, failed: 0 },
  ]);
});
