import { check, integer, property, record, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../../../src/report/history/percentile.ts';

/** The definition, on the values one by one. */
function nearestRank(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find(
    (value) => sorted.filter((other) => other <= value).length * 100 >= percent * sorted.length,
  ) as number;
}

test('one value is every percentile of itself', () => {
  expect([0, 50, 95, 100].map((percent) => percentile([{ value: 7, count: 1 }], percent))).toEqual([7, 7, 7, 7]);
});

test('of twenty values the 95th percentile is the nineteenth', () => {
  const counts = Array.from({ length: 20 }, (_, i) => ({ value: i + 1, count: 1 }));
  expect([percentile(counts, 50), percentile(counts, 95), percentile(counts, 100)]).toEqual([10, 19, 20]);
});

test('counted values have the percentile that they have one by one', () => {
  const counts = uniqueArray(record({ value: integer({ min: 1, max: 500 }), count: integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 12,
    selector: ({ value }) => value,
  });
  const result = check(
    property(counts, integer({ min: 1, max: 100 }), (found, percent) => {
      const sorted = found.toSorted((a, b) => a.value - b.value);
      const values = sorted.flatMap(({ value, count }) => Array<number>(count).fill(value));
      return percentile(sorted, percent) === nearestRank(values, percent);
    }),
  );
  expect(result.counterexample).toBeNull();
});
