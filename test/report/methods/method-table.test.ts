import { expect, test } from 'vitest';
import { type Attempt, eventResults, methodResults } from '../../../src/contracts/attempt.ts';
import { type MethodCell, methodTableSchema } from '../../../src/contracts/method-table.ts';
import { methodReporters } from '../../../src/report/methods/method-reporters.ts';
import { eventWord, isUnexplained, methodTable, methodWord } from '../../../src/report/methods/method-table.ts';
import { processTerminal } from '../../../src/report/terminal.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../../fixtures/example-run.ts';

const tried = (result: NonNullable<Attempt['methods'][number]['result']>, name: string, why?: string) => ({
  name,
  calls: 1,
  failed: 0,
  result,
  ...(why && { why }),
});
const table = methodTable([
  {
    cell: exampleCell({ library: '1.33.2' }),
    attempt: failedAttempt({
      methods: [
        { name: 'Client.destroy', calls: 1, failed: 0 },
        tried('works', 'Message.reply'),
        tried('failed', 'Message.forward', 'x | <y> is not a function'),
      ],
    }),
  },
  {
    cell: exampleCell({ library: '1.34.7' }),
    attempt: passedAttempt({ methods: [tried('no-effect', 'Message.reply', 'nothing came')] }),
  },
  { cell: exampleCell({ library: '1.99.0' }), attempt: failedAttempt({ methods: [] }) },
  {
    cell: exampleCell({ library: '1.34.7', flow: 'every-event' }),
    attempt: passedAttempt({
      methods: [{ name: 'Client.destroy', calls: 2, failed: 0 }],
      eventTrials: [
        { name: 'message', result: 'came' },
        { name: 'change_battery', result: 'impossible', why: 'phones do not say' },
      ],
    }),
  },
]);

test('a row for each tried method, a column for each cell; counted calls that no flow tried are no row', () => {
  expect(methodTableSchema.parse(table)).toEqual(table);
  expect(table.methods.map(({ name, cells }) => [name, ...cells.map(methodWord)])).toEqual([
    ['Message.forward', 'fails', 'not there', 'not there'],
    ['Message.reply', 'works', 'no effect', 'not there'],
  ]);
});

test('the events of a version and build are in the column of its methods', () => {
  expect(table.columns.map(({ library }) => library)).toEqual(['1.33.2', '1.34.7', '1.99.0']);
  expect(table.events.map(({ name, cells }) => [name, ...cells.map(eventWord)])).toEqual([
    ['change_battery', 'not there', 'cannot come', 'not there'],
    ['message', 'not there', 'comes', 'not there'],
  ]);
  expect(new Set([...eventResults, null].map((result) => eventWord({ result }))).size).toBe(eventResults.length + 1);
  expect(eventWord({ result: 'missing', predictedWhy: 'the page has another name' })).toBe('cannot come');
  expect(eventWord({ result: 'came', predictedWhy: 'the page has another name' })).toBe('comes');
});

test.each(Object.keys(methodReporters))(
  '%s shows each method and event, each reason, and why nothing was tried in a column',
  (name) => {
    const text = methodReporters[name]?.render(table, { ...processTerminal(), width: Number.POSITIVE_INFINITY }) ?? '';
    const parts = ['Message.forward', 'Message.reply', 'nothing came', '1.99.0', 'change_battery', 'phones do not say'];
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toContain('Client.destroy');
    if (name === 'html') expect(text).not.toContain('<y>');
    if (name !== 'json') expect(text).toContain('no method was tried');
  },
);

test('every result has a word of its own, and only a failure that was predicted is explained', () => {
  const results = [...methodResults, null];
  const words = results.map((result) => methodWord({ result }));
  expect(new Set(words).size).toBe(results.length);
  const unexplained = (cell: MethodCell) => isUnexplained(cell);
  expect(results.filter((result) => unexplained({ result }))).toEqual(['failed', 'no-effect']);
  expect(unexplained({ result: 'failed', predicted: 'broken' })).toBe(false);
  for (const predicted of ['works', 'unknown'] as const)
    expect(unexplained({ result: 'failed', predicted })).toBe(true);
  const perhaps = 'Perhaps WAWebWidFactory.toUserWidOrThrow is missing.';
  const failed = { result: 'failed', predicted: 'unknown', predictedWhy: perhaps } as const;
  expect(unexplained({ ...failed, why: 'x.toUserWidOrThrow is not a function' })).toBe(false);
  expect(unexplained({ ...failed, why: 'x.toUserWid is not a function' })).toBe(true);
  // A success that there was not is none, whatever was predicted.
  expect(unexplained({ result: 'no-effect', predicted: 'broken' })).toBe(true);
});
