import { once } from 'node:events';
import { expect, test } from 'vitest';
import { stopSignal } from '../../../src/cli/process/signals.ts';

test('the first Ctrl-C aborts and says what happens', async () => {
  const said: string[] = [];
  using stop = stopSignal((text) => said.push(text));
  const heard = once(stop.signal, 'abort');
  process.kill(process.pid, 'SIGINT');
  await heard;
  expect(said).toEqual([expect.stringMatching(/^SIGINT: ending what is running, .* once more to end at once\n$/)]);
});

test('an uncaught error aborts and is kept', () => {
  using stop = stopSignal(() => {});
  const bug = new Error('uncaught');
  process.emit('uncaughtException', bug);
  expect(stop.signal.aborted).toBe(true);
  expect(stop.bugs).toContain(bug);
});

test('afterwards signals and errors are left to others again', () => {
  const count = () => ['SIGINT', 'SIGTERM', 'uncaughtException'].map((name) => process.listenerCount(name));
  const before = count();
  stopSignal(() => {})[Symbol.dispose]();
  expect(count()).toEqual(before);
});
