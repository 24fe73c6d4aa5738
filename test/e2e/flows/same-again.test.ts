import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptCell, resultOf } from '../../flows/attempt-cell.ts';
import { unaffectedBy } from '../../flows/unaffected.ts';

test.each(['1.24.0', '1.34.7'])('conditions that do not matter to %s change nothing', async (library) => {
  const [condition] = fc.sample(unaffectedBy(library), { numRuns: 1, seed: 7 });
  const { attempts } = await attemptCell(library, { condition: condition as string });
  expect(attempts.map(resultOf), condition).toEqual([{ outcome: 'passed' }]);
});

test('the same attempt with the same seed comes to the same three times', async () => {
  const { attempts } = await attemptCell('1.34.2', { condition: 'lazy-modules' }, 3);
  const outcomes = attempts.map(({ outcome, code, cause }) => JSON.stringify([outcome, code, cause?.message]));
  expect(new Set(outcomes).size).toBe(1);
});
