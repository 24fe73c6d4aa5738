import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FleetWorker,
  needOf,
  queueName,
  queueSchema,
  waitingReason,
  whyNotServed,
} from '../../src/queue/needs.ts';
import { exampleCell } from '../fixtures/example-run.ts';

const need = needOf(exampleCell({ browser: '107' }), { version: '1.0.0', facts: 'ours' });

function worker(facts: Partial<FleetWorker> = {}): FleetWorker {
  const serves = { targets: ['replica' as const], browsers: ['107'] };
  return {
    id: 'a',
    name: 'a',
    schema: queueSchema,
    version: '1.0.0',
    facts: 'ours',
    slots: 2,
    running: 0,
    serves,
    ...facts,
  };
}

test('a worker of the same version that has browser, target and library takes an attempt', () => {
  expect(whyNotServed(worker(), need)).toBeNull();
  const libraries = ['1.34.7'];
  expect(whyNotServed(worker({ serves: { ...worker().serves, libraries } }), need)).toBeNull();
});

test.each([
  ['another queue schema', worker({ schema: 99 }), 'has queue schema 99'],
  ['another version', worker({ version: '0.9.0' }), 'is wwebjs-canary 0.9.0 and the run was started by 1.0.0'],
  ['other facts about builds', worker({ facts: 'theirs' }), 'has other facts about builds than the run'],
  [
    'another browser',
    worker({ serves: { targets: ['replica'], browsers: ['current'] } }),
    'serves the browsers current',
  ],
  ['another target', worker({ serves: { targets: ['live'], browsers: ['107'] } }), 'serves the target live'],
  [
    'other libraries',
    worker({ serves: { targets: ['replica'], browsers: ['107'], libraries: ['1.25.0'] } }),
    'serves the libraries 1.25.0',
  ],
])('a worker with %s takes none, and the run says why its attempts wait', (_, other, why) => {
  expect(whyNotServed(other, need)).toContain(why);
  expect(waitingReason(need, 12, [other])).toContain(`12 attempts of 1.34.7 on browser 107`);
  expect(waitingReason(need, 12, [other])).toContain(why);
  expect(waitingReason(need, 12, [other, worker()])).toBeNull();
});

test('without any worker the reason names the command that starts one', () => {
  expect(waitingReason(need, 1, [])).toContain('wwebjs-canary worker --queue');
});

test('two needs have the same queue only when they are the same, and no name has a colon', () => {
  const text = fc.string({ minLength: 1 });
  const cell = fc.record({ library: text, browser: text, version: text, facts: text });
  fc.assert(
    fc.property(cell, cell, (a, b) => {
      const [first, second] = [a, b].map(({ version, facts, ...axes }) =>
        queueName(needOf(exampleCell(axes), { version, facts })),
      );
      const isSame = isDeepStrictEqual(a, b);
      return (first === second) === isSame && !first?.includes(':');
    }),
  );
});
