import { expect, test } from 'vitest';
import { requestSuccess } from '../../src/study/success-rate.ts';

const numbers = (count: number, ended: number, succeeded: number) =>
  Array.from({ length: count }, () => ({ ended, succeeded }));

test('with one request per number the interval is Wilson’s', () => {
  // R: prop.test(80, 100, correct = FALSE)
  const { rate, lower, upper } = requestSuccess([...numbers(80, 1, 1), ...numbers(20, 1, 0)]);
  expect(rate).toBe(0.8);
  expect(lower).toBeCloseTo(0.711, 2);
  expect(upper).toBeCloseTo(0.867, 2);
});

test('four requests per number that all end alike are worth about one', () => {
  const alike = requestSuccess([...numbers(20, 4, 4), ...numbers(20, 4, 0)]);
  const single = requestSuccess([...numbers(20, 1, 1), ...numbers(20, 1, 0)]);
  expect(alike.rate).toBe(0.5);
  expect(alike.upper - alike.lower).toBeCloseTo(single.upper - single.lower, 1);
});

test('where nothing ever succeeds the interval still has a width', () => {
  const { rate, lower, upper } = requestSuccess(numbers(30, 3, 0));
  expect({ rate, lower }).toEqual({ rate: 0, lower: 0 });
  expect(upper).toBeGreaterThan(0.03);
});
