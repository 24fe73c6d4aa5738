import { expect, test } from 'vitest';
import { Redactor } from '../../src/host/redactor.ts';
import { Recorder } from '../../src/runner/recorder.ts';

const line = (at: number, detail: string) => ({ at, type: 'host:stdout', detail }) as const;

test('events are in the order of their time, whichever way they came in', () => {
  const recorder = new Recorder();
  const { startedAt } = recorder;
  for (const [after, detail] of [
    [30, 'third'],
    [10, 'first'],
    [20.04, 'second'],
  ] as const)
    recorder.addSeen(line(startedAt + after, detail));
  expect(recorder.events(new Redactor())).toEqual([line(10, 'first'), line(20, 'second'), line(30, 'third')]);
});

test('of a long attempt the first and the last five hundred events are kept, and how many lay between', () => {
  const recorder = new Recorder();
  const { startedAt } = recorder;
  for (let n = 0; n < 1_503; n++) recorder.addSeen(line(startedAt + n, `line ${n}`));
  const events = recorder.events(new Redactor());
  expect(events).toHaveLength(1_001);
  expect(events[499]).toEqual(line(499, 'line 499'));
  expect(events[500]).toEqual({ at: 499, type: 'harness:dropped', detail: 503 });
  expect(events[501]).toEqual(line(1_003, 'line 1003'));
  expect(events.at(-1)).toEqual(line(1_502, 'line 1502'));
});

test('exactly a thousand events are all there are', () => {
  const recorder = new Recorder();
  for (let n = 0; n < 1_000; n++) recorder.addSeen(line(recorder.startedAt + n, 'line'));
  expect(recorder.events(new Redactor())).toHaveLength(1_000);
});

test('a secret that becomes known later is taken out of earlier events', () => {
  const recorder = new Recorder();
  recorder.addSeen(line(recorder.startedAt, 'the code is toy-adv-secret'));
  const redactor = new Redactor();
  redactor.learn('toy-adv-secret');
  expect(recorder.events(redactor)[0]?.detail).toBe('the code is [redacted]');
});

test('an event of the library that has no shape of its own is recorded under its name', () => {
  const recorder = new Recorder();
  recorder.addSeen({ at: recorder.startedAt, type: 'client:other', name: 'group_join', detail: ['object'] });
  expect(recorder.events(new Redactor())).toEqual([{ at: 0, type: 'client:group_join', detail: ['object'] }]);
});
