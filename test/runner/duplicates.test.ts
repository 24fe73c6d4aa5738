import { expect, test } from 'vitest';
import { Duplicates } from '../../src/runner/duplicates.ts';

const ready = { at: 0, type: 'client:ready', detail: null };
const message = (id: unknown, body: string) => ({ at: 0, type: 'client:message', detail: null, secret: { id, body } });

function findingAfter(...events: Parameters<Duplicates['see']>[0][]) {
  const duplicates = new Duplicates();
  for (const event of events) duplicates.see(event);
  return duplicates.finding;
}

test('one ready and messages with ids of their own are nothing', () => {
  expect(findingAfter(ready, message('a', 'same'), message('b', 'same'))).toBeNull();
});

test('ready twice is a finding of the phase ready', () => {
  expect(findingAfter(ready, ready)).toMatchObject({ code: 'duplicate-ready', phase: 'ready' });
});

test('a message with an id that was seen is a finding, as is one with a text that was seen where ids are damaged', () => {
  expect(findingAfter(message('a', 'x'), message('a', 'x'))).toMatchObject({ code: 'duplicate-message' });
  expect(findingAfter(message(undefined, 'x'), message(undefined, 'x'))).toMatchObject({ code: 'duplicate-message' });
});

test('ready twice is told first, whatever came first', () => {
  expect(findingAfter(message('a', 'x'), message('a', 'x'), ready, ready)).toMatchObject({ code: 'duplicate-ready' });
});

test('a client that is linked anew may be ready again', () => {
  const duplicates = new Duplicates();
  duplicates.see(ready);
  duplicates.startOver();
  duplicates.see(ready);
  expect(duplicates.finding).toBeNull();
});
