import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptCell, resultOf, withoutCondition } from '../../flows/attempt-cell.ts';
import { unaffectedCells } from '../../flows/unaffected.ts';

test.each(['1.24.0', '1.34.7'])('a condition that does not matter to %s changes nothing', async (library) => {
  for (const cell of fc.sample(unaffectedCells(library), { numRuns: 2, seed: 7 })) {
    const { planned, attempts } = await attemptCell(library, cell);
    expect(attempts.map(resultOf), JSON.stringify(cell)).toEqual([withoutCondition({ planned })]);
  }
});

test('the same attempt with the same seed comes to the same three times', async () => {
  const { attempts } = await attemptCell('1.34.2', { condition: 'lazy-modules' }, 3);
  const outcomes = attempts.map(({ outcome, code, cause }) => JSON.stringify([outcome, code, cause?.message]));
  expect(new Set(outcomes).size).toBe(1);
});
