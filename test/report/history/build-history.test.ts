import { expect, test } from 'vitest';
import { buildHistory, sortLibraries } from '../../../src/report/history/build-history.ts';
import { exampleCell } from '../../fixtures/example-run.ts';

test('versions are sorted as versions, newest first; what is none comes last', () => {
  expect(sortLibraries(['1.9.0', '1.34.7', 'my-fork', '1.34.10', '1.34.7', '1.34.7+ab12cd34'])).toEqual([
    '1.34.10',
    '1.34.7+ab12cd34',
    '1.34.7',
    '1.9.0',
    'my-fork',
  ]);
});

test('of too many cells, those attempted last are kept, of the newest versions first', () => {
  const bucket = (library: string, count: number) => ({
    times: [],
    outcomes: Array.from({ length: count }, (_, i) => ({
      cell: exampleCell({ library, build: `2.3000.${i + 1}` }),
      outcome: 'passed' as const,
      code: null,
      attempts: 1,
    })),
  });
  const newest = bucket('1.24.0', 90);
  newest.outcomes.push(...bucket('1.34.7', 50).outcomes, ...bucket('1.9.0', 90).outcomes);
  const { cells, cellsLeftOut } = buildHistory([bucket('1.40.0', 30), newest]);
  const shown = Object.entries(Object.groupBy(cells, ({ library }) => library)).map(([library, of]) => [
    library,
    of?.length,
  ]);
  expect(shown).toEqual([
    ['1.34.7', 50],
    ['1.24.0', 90],
    ['1.9.0', 60],
  ]);
  expect(cellsLeftOut).toBe(60);
});
