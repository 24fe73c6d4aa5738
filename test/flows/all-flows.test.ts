import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptCell, expected, flowCells, resultOf, withoutCondition } from './attempt-cell.ts';
import { unaffectedCells } from './unaffected.ts';

const libraries = [...new Set(flowCells.map(({ cell }) => cell.library))];
const runs = 10;
const repeats = 20;

describe.each(flowCells.map(({ cell }) => cell))(
  '$library on $build, $flow, $condition, $switches',
  ({ library, ...cell }) => {
    test('does what expectations.yaml says', async () => {
      const { planned, attempts } = await attemptCell(library, cell);
      expect(attempts.map(resultOf)).toEqual([expected(planned)]);
    });
  },
);

test.each(libraries)('a condition that does not matter to %s never changes a flow', async (library) => {
  await fc.assert(
    fc.asyncProperty(unaffectedCells(library), async (cell) => {
      const { planned, attempts } = await attemptCell(library, cell);
      expect(attempts.map(resultOf)).toEqual([withoutCondition({ planned })]);
    }),
    { numRuns: runs },
  );
});

describe.each(libraries)('the same attempt of %s with the same seed', (library) => {
  const cells = flowCells.filter(({ cell }) => cell.library === library && !isAboutTiming(cell));
  test.each(cells.map(({ cell }) => cell))(
    `$flow, $condition, $switches comes to the same ${repeats} times`,
    async (cell) => {
      const { attempts } = await attemptCell(library, cell, repeats);
      const results = attempts.map(({ outcome, code, cause }) => JSON.stringify([outcome, code, cause?.message]));
      expect(new Set(results).size, results.join('\n')).toBe(1);
    },
  );
});

/** What these come to depends on which of two things is a few milliseconds earlier; see docs/flows.md. */
function isAboutTiming({ flow, condition }: { flow: string; condition: string }): boolean {
  return flow === 'logout-from-phone' || flow === 'soak' || ['qr-reload', 'repeated-sync'].includes(condition);
}
